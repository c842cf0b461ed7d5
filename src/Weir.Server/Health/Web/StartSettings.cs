using System.Buffers;
using System.Text.Json;
using Weir.Erasure.Drives.Verifying;
using Weir.Health;
using Weir.Health.Policies;

namespace Weir.Server.Health.Web;

/// <summary>What <c>POST /admin/system/start</c> may set. What belongs to a policy becomes a version of it; the rest holds for this process.</summary>
internal sealed record StartSettings(int? EventBufferSize, int? MaxConcurrentOperations, JsonElement? Scan, JsonElement? Heal)
{
    public static StartSettings Read(JsonElement body)
    {
        var request = new RequestObject(body);
        RequestObject? coordinator = request.Object("coordinator"), scanner = request.Object("scanner"), heal = request.Object("heal");
        int? buffer = (int?)coordinator?.Integer("event_buffer_size", 1, 10_000_000);
        int? operations = (int?)coordinator?.Integer("max_concurrent_operations", 1, 1_000_000);
        VerifyMode? mode = scanner?.Choice<VerifyMode>("default_scan_mode");
        TimeSpan? interval = scanner?.Duration("scan_interval", TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650));
        long? workers = heal?.Integer("max_workers", 1, 1024);
        long? capacity = heal?.Integer("queue_capacity", 1, 10_000_000);
        request.ThrowIfUnknown();
        return new(
            buffer, operations,
            Changes(("default_scan_mode", mode?.ToString()), ("default_scan_interval", interval is { } every ? DurationText.Format(every) : null)),
            Changes(("max_concurrent_heals", workers), ("queue_capacity", capacity)));
    }

    /// <summary>Sets it all, or, where something does not hold, nothing.</summary>
    /// <exception cref="HealthException">A policy does not take a value.</exception>
    public async Task ApplyAsync(IHealthSystem system, CallLimits limits, string caller, CancellationToken cancellationToken)
    {
        IPolicies policies = system.Policies;
        if (Scan is { } scan) await policies.PutAsync(PolicyKind.Scan, scan, caller, isDryRun: true, cancellationToken).ConfigureAwait(false);
        if (Heal is { } heal)
        {
            await policies.PutAsync(PolicyKind.Heal, heal, caller, isDryRun: true, cancellationToken).ConfigureAwait(false);
            await policies.PutAsync(PolicyKind.Heal, heal, caller, isDryRun: false, cancellationToken).ConfigureAwait(false);
        }

        if (Scan is { } changes) await policies.PutAsync(PolicyKind.Scan, changes, caller, isDryRun: false, cancellationToken).ConfigureAwait(false);
        if (EventBufferSize is { } size) await system.SetEventBufferAsync(size, cancellationToken).ConfigureAwait(false);
        if (MaxConcurrentOperations is { } most) limits.MostConcurrent = most;
    }

    private static JsonElement? Changes(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var body = new ArrayBufferWriter<byte>();
        bool isEmpty = true;
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach ((string name, object? value) in members)
            {
                if (value is string text) json.WriteString(name, text);
                else if (value is long number) json.WriteNumber(name, number);
                else continue;
                isEmpty = false;
            }

            json.WriteEndObject();
        }

        if (isEmpty) return null;
        using JsonDocument document = JsonDocument.Parse(body.WrittenMemory);
        return document.RootElement.Clone();
    }
}
