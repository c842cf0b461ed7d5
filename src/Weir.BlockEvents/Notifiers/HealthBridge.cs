using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;

namespace Weir.BlockEvents.Notifiers;

/// <summary>
/// Asks for a deep scan of an object store's drive when a device below it fails: a record ScanRequested on <c>health:requests</c>. The same event asks once.
/// </summary>
public sealed class HealthBridge(IFeedEngine feed, IReadOnlyList<string> drives) : INotifier
{
    /// <summary>The topic of the requests.</summary>
    public const string Topic = "health:requests";

    /// <summary>Errors, and the verdict on a device; what only warns is no reason to read a whole drive.</summary>
    public static EventFilter Filter { get; } = new() { Severity = Severity.Error, ExceptTypes = ["FS_MOUNTED", "FS_UNMOUNTED"] };

    /// <inheritdoc/>
    public async Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(one);
        string? mounted = one.Hierarchy.MountPoint ?? one.Device.MountPoint;
        if (mounted is null || one.Device.Path.Length == 0) return;
        // A consequence asks for nothing that its cause has not asked for.
        if (one.RootCauseEventId is not null && one.EventType != DeviceVerdicts.Degraded) return;
        var batch = new RecordBatch();
        foreach (string drive in drives.Where(drive => IsOn(drive, mounted))) Add(batch, one, drive, mounted);
        if (batch.Count > 0) await feed.AppendAsync(Topic, batch, default, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsOn(string drive, string mounted) =>
        drive == mounted || mounted == "/" || (drive.StartsWith(mounted, StringComparison.Ordinal) && drive.Length > mounted.Length && drive[mounted.Length] == '/');

    private static void Add(RecordBatch batch, StorageEvent one, string drive, string mounted)
    {
        BlockInfo top = one.Hierarchy.Path.Length > 0 ? one.Hierarchy : one.Device;
        batch.Begin("ScanRequested"u8, "block:events"u8, Encoding.UTF8.GetBytes(drive));
        using (var json = new Utf8JsonWriter(batch))
        {
            json.WriteStartObject();
            json.WriteString("request_id"u8, EventId.Of(one.EventId.ToString(), drive));
            json.WriteString("reason"u8, one.EventType);
            json.WriteStartObject("device"u8);
            json.WriteString("wwid"u8, one.Device.Wwid);
            json.WriteString("path"u8, one.Device.PreferredPath);
            json.WriteString("uuid"u8, top.Uuid);
            json.WriteString("mount_point"u8, mounted);
            json.WriteEndObject();
            json.WriteString("drive_path"u8, drive);
            if (one.IncidentId is { } incident) json.WriteString("incident_id"u8, incident);
            else json.WriteNull("incident_id"u8);
            json.WriteStartArray("event_ids"u8);
            json.WriteStringValue(one.EventId);
            json.WriteEndArray();
            json.WriteString("strategy"u8, "Targeted"u8);
            json.WriteString("mode"u8, "Deep"u8);
            json.WriteString("priority"u8, one.Severity <= Severity.Critical ? "Critical"u8 : "High"u8);
            json.WriteEndObject();
        }

        batch.End();
    }
}
