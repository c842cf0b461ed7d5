using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.BlockEvents.Events;

/// <summary>Writes an event as the JSON object of the topic <c>block:events</c>.</summary>
public static class StorageEventWriter
{
    /// <summary>RFC 3339 with microseconds and the offset.</summary>
    internal const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz";

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the event, compact, without an end of line.</summary>
    public static void Write(StorageEvent storageEvent, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Compact);
        Write(storageEvent, json);
    }

    /// <summary>The event as UTF-8 bytes.</summary>
    public static byte[] ToUtf8(StorageEvent storageEvent)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(storageEvent, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the event as one object.</summary>
    public static void Write(StorageEvent storageEvent, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(storageEvent);
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("hostname"u8, storageEvent.Hostname);
        json.WriteString("severity"u8, Names.Of(storageEvent.Severity));
        json.WriteString("sub_system"u8, storageEvent.SubSystem);
        json.WriteString("timestamp"u8, storageEvent.Timestamp.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteString("event_id"u8, storageEvent.EventId);
        json.WriteString("event_type"u8, storageEvent.EventType);
        json.WritePropertyName("cur_blk_info"u8);
        Write(storageEvent.Device, json);
        json.WritePropertyName("hierarchy_blk_info"u8);
        Write(storageEvent.Hierarchy, json);
        json.WriteString("msg"u8, storageEvent.Message);
        json.WriteString("raw_msg"u8, storageEvent.RawMessage);
        json.WriteStartObject("extension"u8);
        foreach ((string name, string value) in storageEvent.Extension) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteString("kdev"u8, storageEvent.KernelDevice);
        json.WriteString("rule_id"u8, storageEvent.RuleId);
        WriteId(json, "root_cause_event_id"u8, storageEvent.RootCauseEventId);
        WriteId(json, "incident_id"u8, storageEvent.IncidentId);
        json.WriteNumber("count"u8, storageEvent.Count);
        WriteId(json, "boot_id"u8, storageEvent.BootId);
        json.WriteString("source"u8, storageEvent.Source);
        json.WriteString("cursor"u8, storageEvent.Cursor);
        json.WriteEndObject();
    }

    /// <summary>Writes a device as one object.</summary>
    public static void Write(BlockInfo info, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("wwid"u8, info.Wwid);
        json.WriteString("blk_type"u8, Names.Of(info.Type));
        json.WriteString("blk_path"u8, info.Path);
        json.WriteString("preferred_blk_path"u8, info.PreferredPath);
        json.WriteString("uuid"u8, info.Uuid);
        json.WriteString("mount_point"u8, info.MountPoint);
        json.WriteString("transport_id"u8, info.TransportId);
        json.WriteStartArray("owners"u8);
        foreach (BlockInfo owner in info.Owners) Write(owner, json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid? id)
    {
        if (id is { } value) json.WriteString(name, value);
        else json.WriteNull(name);
    }
}
