using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Importing;

/// <summary>
/// Takes over what coordinatool keeps in Redis: the hash <c>coordinatool_requests</c> has each request as JSON, <c>coordinatool_assigned</c> the id
/// of the client that runs it; the fields of both are 48 hexadecimal digits, <c>%016lx%016llx%08x%08x</c> of cookie, f_seq, f_oid and f_ver. Reads only.
/// </summary>
public static class CoordinatoolImport
{
    public const string RequestsHash = "coordinatool_requests";
    public const string AssignedHash = "coordinatool_assigned";

    private const int RequestsPerTurn = 10_000;

    /// <summary>
    /// Takes in what the hashes hold, durably; to be called before the server listens. What a client ran stays its own for the grace time. May be repeated.
    /// </summary>
    public static async ValueTask<ImportReport> RunAsync(ICoordinatoolHashes hashes, JournaledCoordinator coordinator, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        ArgumentNullException.ThrowIfNull(coordinator);
        var assigned = new Dictionary<RequestKey, string>();
        await foreach ((byte[] field, byte[] client) in hashes.ReadAsync(AssignedHash, cancellationToken).ConfigureAwait(false))
        {
            if (TryParseKey(field, out RequestKey key)) assigned[key] = Encoding.UTF8.GetString(client);
        }

        var report = new ImportReport(0, 0, 0, 0);
        long read = 0;
        await foreach ((_, byte[] value) in hashes.ReadAsync(RequestsHash, cancellationToken).ConfigureAwait(false))
        {
            report = TryParseRequest(value, out HsmRequest request)
                ? Add(report, coordinator.Core, request, assigned.GetValueOrDefault(request.Key))
                : report with { Skipped = report.Skipped + 1 };
            if (++read % RequestsPerTurn == 0) await WriteAsync(coordinator, cancellationToken).ConfigureAwait(false);
        }

        await WriteAsync(coordinator, cancellationToken).ConfigureAwait(false);
        return report;
    }

    /// <summary>Reads a field's name.</summary>
    public static bool TryParseKey(ReadOnlySpan<byte> field, out RequestKey key)
    {
        key = default;
        if (field.Length != 48) return false;
        if (!TryParseHex(field[..16], out ulong cookie) || !TryParseHex(field[16..32], out ulong sequence)) return false;
        if (!TryParseHex(field[32..40], out ulong objectId) || !TryParseHex(field[40..], out ulong version)) return false;
        key = new(cookie, new(sequence, (uint)objectId, (uint)version));
        return true;
    }

    /// <summary>Reads a request as coordinatool writes it: numbers are signed, so that large ones are negative.</summary>
    public static bool TryParseRequest(ReadOnlyMemory<byte> json, out HsmRequest request)
    {
        request = default;
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 8 });
            JsonElement hai = document.RootElement;
            HsmAction action = Number(hai, "hai_action") switch
            {
                20 => HsmAction.Archive,
                21 => HsmAction.Restore,
                22 => HsmAction.Remove,
                _ => HsmAction.Unknown,
            };
            if (action == HsmAction.Unknown) return false;
            request = new()
            {
                Action = action,
                Fid = ReadFid(hai.GetProperty("hai_fid")),
                DataFid = ReadFid(hai.GetProperty("hai_dfid")),
                ExtentOffset = (ulong)Number(hai, "hai_extent_offset"),
                ExtentLength = (ulong)Number(hai, "hai_extent_length"),
                Cookie = (ulong)Number(hai, "hai_cookie"),
                GroupId = (ulong)Number(hai, "hai_gid"),
                ArchiveId = (uint)Number(hai, "hal_archive_id"),
                Flags = hai.TryGetProperty("hal_flags", out JsonElement flags) ? (ulong)flags.GetInt64() : 0,
                Data = Encoding.UTF8.GetBytes(hai.GetProperty("hai_data").GetString() ?? ""),
                TimestampNs = hai.TryGetProperty("timestamp", out JsonElement timestamp) ? timestamp.GetInt64() : 0,
            };
            return true;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static ImportReport Add(ImportReport report, CoordinatorCore core, in HsmRequest request, string? agent) => core.Import(request, agent) switch
    {
        QueueOutcome.Added when agent is null => report with { Queued = report.Queued + 1 },
        QueueOutcome.Added => report with { Running = report.Running + 1 },
        QueueOutcome.Known => report with { Known = report.Known + 1 },
        _ => report with { Skipped = report.Skipped + 1 },
    };

    private static async ValueTask WriteAsync(JournaledCoordinator coordinator, CancellationToken cancellationToken)
    {
        Turn turn = coordinator.TakeTurn();
        await coordinator.WriteAsync(turn, cancellationToken).ConfigureAwait(false);
        coordinator.Return(turn);
    }

    private static long Number(JsonElement hai, string name) => hai.GetProperty(name).GetInt64();

    private static Fid ReadFid(JsonElement fid) =>
        new((ulong)Number(fid, "f_seq"), unchecked((uint)Number(fid, "f_oid")), unchecked((uint)Number(fid, "f_ver")));

    private static bool TryParseHex(ReadOnlySpan<byte> digits, out ulong value) =>
        ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
