using System.Text.Json;

namespace Weir.Hsm.Events;

/// <summary>
/// Reads events with the members in any order, escaped or not, with whatever else stands among them: the Python tools' and
/// any that a later version writes. Members of the wrong kind count as missing.
/// </summary>
internal sealed class AnyOrderReader
{
    private const int MaxDepth = 32;

    /// <summary>Unescaped texts of the event that was read last.</summary>
    private byte[] _texts = [];
    private int _used;
    private bool _hasCatalogIndex;
    private bool _hasRecordIndex;

    public bool TryRead(ReadOnlySpan<byte> data, out HsmEvent read)
    {
        read = default;
        HsmEvent taken = default;
        _used = 0;
        _hasCatalogIndex = _hasRecordIndex = false;
        try
        {
            var json = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                ReadOnlySpan<byte> name = TextOf(ref json, data.Length);
                json.Read();
                if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) json.Skip();
                else Take(name, ref json, data.Length, ref taken);
            }

            if (json.TokenType != JsonTokenType.EndObject || json.Read()) return false;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A text that is not UTF-8, or half of a surrogate pair.
            return false;
        }

        taken.HasIndex = _hasCatalogIndex && _hasRecordIndex;
        taken.FillTimes(hasCookieMember: taken.Cookie != 0);
        if (taken.Cookie == 0) taken.Cookie = RawLine.FindCookie(taken.Raw);
        read = taken;
        return read.Type != HsmEventType.Unknown && !read.Mdt.IsEmpty;
    }

    private void Take(scoped ReadOnlySpan<byte> name, scoped ref Utf8JsonReader json, int room, scoped ref HsmEvent read)
    {
        switch (name.Length)
        {
            case 3 when name.SequenceEqual("fid"u8): read.Fid = Text(ref json, room); break;
            case 3 when name.SequenceEqual("mdt"u8): read.Mdt = Text(ref json, room); break;
            case 3 when name.SequenceEqual("raw"u8): read.Raw = Text(ref json, room); break;
            case 6 when name.SequenceEqual("action"u8): read.ActionText = Text(ref json, room); break;
            case 6 when name.SequenceEqual("status"u8): read.StatusText = Text(ref json, room); break;
            case 6 when name.SequenceEqual("cookie"u8): read.Cookie = Cookie(ref json, room); break;
            case 7 when name.SequenceEqual("cat_idx"u8): read.CatalogIndex = Index(ref json, out _hasCatalogIndex); break;
            case 7 when name.SequenceEqual("rec_idx"u8): read.RecordIndex = Index(ref json, out _hasRecordIndex); break;
            case 9 when name.SequenceEqual("timestamp"u8): read.Timestamp = Seconds(ref json); break;
            case 10 when name.SequenceEqual("event_type"u8): read.Type = HsmEventNames.Parse(Text(ref json, room)); break;
            case 10 when name.SequenceEqual("action_key"u8): read.ActionKey = Text(ref json, room); break;
            case 10 when name.SequenceEqual("first_seen"u8): read.FirstSeen = Seconds(ref json); break;
            case 12 when name.SequenceEqual("status_since"u8): read.StatusSince = Seconds(ref json); break;
            case 16 when name.SequenceEqual("final_state_seen"u8): read.FinalStateSeen = Truth(ref json); break;
            default: break;
        }
    }

    /// <summary>The value of a string, empty for anything else.</summary>
    private ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader json, int room) =>
        json.TokenType == JsonTokenType.String ? TextOf(ref json, room) : default;

    private ReadOnlySpan<byte> TextOf(scoped ref Utf8JsonReader json, int room)
    {
        if (!json.ValueIsEscaped) return json.ValueSpan;

        // All unescaped texts of an event together are shorter than the event, so nothing handed out before is ever moved.
        if (_used == 0 && _texts.Length < room) _texts = new byte[room];
        int length = json.CopyString(_texts.AsSpan(_used));
        _used += length;
        return _texts.AsSpan(_used - length, length);
    }

    private ulong Cookie(scoped ref Utf8JsonReader json, int room)
    {
        if (json.TokenType == JsonTokenType.Number) return json.TryGetUInt64(out ulong number) ? number : 0;
        return RawLine.TryParseHex(Text(ref json, room), out ulong cookie) ? cookie : 0;
    }

    /// <summary>The kernel prints indexes as signed, and the Python tools pass them on so.</summary>
    private static uint Index(scoped ref Utf8JsonReader json, out bool isThere)
    {
        isThere = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long value) && value is >= int.MinValue and <= uint.MaxValue;
        return isThere ? (uint)json.GetInt64() : 0;
    }

    private static long Seconds(scoped ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.Number) return 0;
        if (json.TryGetInt64(out long whole)) return Math.Max(whole, 0);
        return json.TryGetDouble(out double fraction) && fraction is > 0 and < 1e12 ? (long)fraction : 0;
    }

    private static bool? Truth(scoped ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    };
}
