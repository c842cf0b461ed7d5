using System.Globalization;
using System.Text;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Events as people read them in mails and channels: no control characters, whatever a device calls itself.</summary>
internal static class EventText
{
    /// <summary>One line.</summary>
    public static string Line(StorageEvent one)
    {
        BlockInfo top = one.Hierarchy.Path.Length > 0 ? one.Hierarchy : one.Device;
        string device = one.Device.PreferredPath.Length > 0 ? one.Device.PreferredPath : one.KernelDevice;
        string mounted = top.MountPoint is { } mountPoint ? $" ({mountPoint})" : "";
        string count = one.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" x{one.Count}") : "";
        return Clean($"[{Names.Of(one.Severity)}] {one.Hostname} {one.EventType} {device}{mounted}{count}: {one.RawMessage}");
    }

    /// <summary>Everything that matters, a line each.</summary>
    public static string Page(StorageEvent one)
    {
        var page = new StringBuilder();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) page.Append(Clean($"{name}: {value}")).Append("\r\n");
        }

        BlockInfo top = one.Hierarchy.Path.Length > 0 ? one.Hierarchy : one.Device;
        Add("Event", one.EventType);
        Add("Severity", Names.Of(one.Severity));
        Add("Host", one.Hostname);
        Add("Time", one.Timestamp.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture));
        Add("Device", one.Device.PreferredPath.Length > 0 ? one.Device.PreferredPath : one.KernelDevice);
        Add("WWID", one.Device.Wwid);
        Add("Stands under", top.Path != one.Device.Path ? top.PreferredPath : null);
        Add("File system", top.Uuid);
        Add("Mounted on", top.MountPoint);
        Add("Lines", one.Count.ToString(CultureInfo.InvariantCulture));
        Add("Log", one.RawMessage);
        foreach ((string name, string value) in one.Extension) Add(name, value);
        Add("Event id", one.EventId.ToString());
        Add("Follows from", one.RootCauseEventId?.ToString());
        return page.ToString();
    }

    /// <summary>The text with a space for each control character.</summary>
    public static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
