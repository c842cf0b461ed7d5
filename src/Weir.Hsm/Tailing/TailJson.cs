using System.Globalization;
using System.Text.Json;
using Weir.Hsm.Events;

namespace Weir.Hsm.Tailing;

/// <summary>An event as a JSON object for programs. Members: docs/hsm-stream.md.</summary>
public static class TailJson
{
    public static void Write(Utf8JsonWriter json, TailEvent told)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(told);
        json.WriteStartObject();
        json.WriteString("topic"u8, told.Topic);
        json.WriteString("id"u8, told.Id.ToString());
        json.WriteString("event_type"u8, HsmEventNames.Text(told.Type));
        if (told.IsRefresh) json.WriteBoolean("refresh"u8, true);
        json.WriteString("mdt"u8, told.Mdt);
        json.WriteString("fid"u8, told.Fid);
        json.WriteString("action"u8, told.Action);
        json.WriteString("status"u8, told.Status);
        if (told.Index is { } index)
        {
            json.WriteNumber("cat_idx"u8, index.Catalog);
            json.WriteNumber("rec_idx"u8, index.Record);
        }

        if (told.Cookie is { } cookie) json.WriteString("cookie"u8, "0x" + cookie.ToString("x", CultureInfo.InvariantCulture));
        json.WriteNumber("timestamp"u8, told.Time.ToUnixTimeSeconds());
        if (told.FirstSeen is { } firstSeen) json.WriteNumber("first_seen"u8, firstSeen.ToUnixTimeSeconds());
        if (told.FinalStateSeen is { } seen) json.WriteBoolean("final_state_seen"u8, seen);
        if (told.Path is { } path) json.WriteString("path"u8, path);
        json.WriteEndObject();
        json.Flush();
    }
}
