using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>
/// An event as an entry for journald, in its native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL) and with Peripety's fields, so that programs
/// that read its entries read Weir's.
/// </summary>
internal static class JournaldEntry
{
    /// <summary>What all entries of Weir's events have in common.</summary>
    public const string MessageId = "5d2bb0a0c3f34b6c9be0f9f3a5a3e1d7";

    public static byte[] Write(StorageEvent one)
    {
        using var entry = new MemoryStream();
        Add(entry, "MESSAGE", one.Message);
        Add(entry, "MESSAGE_ID", MessageId);
        Add(entry, "PRIORITY", ((int)one.Severity).ToString(CultureInfo.InvariantCulture));
        Add(entry, "SYSLOG_IDENTIFIER", "weir");
        Add(entry, "IS_PERIPETY", "TRUE");
        Add(entry, "EVENT_ID", one.EventId.ToString());
        Add(entry, "EVENT_TYPE", one.EventType);
        Add(entry, "SUB_SYSTEM", one.SubSystem);
        BlockInfo top = one.Hierarchy.Path.Length > 0 ? one.Hierarchy : one.Device;
        Add(entry, "DEV_WWID", one.Device.Wwid);
        Add(entry, "DEV_PATH", one.Device.PreferredPath);
        foreach (string wwid in top.Owners.Select(owner => owner.Wwid).Where(wwid => wwid.Length > 0).Distinct(StringComparer.Ordinal)) Add(entry, "OWNERS_WWIDS", wwid);
        foreach (string path in top.Owners.Select(owner => owner.PreferredPath)) Add(entry, "OWNERS_PATHS", path);
        if (top.Uuid is { } uuid) Add(entry, "FS_UUID", uuid);
        if (top.MountPoint is { } mountPoint) Add(entry, "MOUNT_POINT", mountPoint);
        if (one.RootCauseEventId is { } root) Add(entry, "ROOT_CAUSE_EVENT_ID", root.ToString());
        foreach ((string name, string value) in one.Extension) Add(entry, "EXT_" + FieldName(name), value);
        Add(entry, "JSON", Encoding.UTF8.GetString(StorageEventWriter.ToUtf8(one)));
        return entry.ToArray();
    }

    private static void Add(MemoryStream entry, string name, string value)
    {
        if (value.Length == 0) return;
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        entry.Write(Encoding.ASCII.GetBytes(name));
        if (bytes.AsSpan().IndexOf((byte)'\n') < 0)
        {
            entry.WriteByte((byte)'=');
        }
        else
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            entry.WriteByte((byte)'\n');
            entry.Write(length);
        }

        entry.Write(bytes);
        entry.WriteByte((byte)'\n');
    }

    /// <summary>Letters, digits and underscores, at most 60 of them: journald drops other fields.</summary>
    private static string FieldName(string name) =>
        string.Concat(name.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
