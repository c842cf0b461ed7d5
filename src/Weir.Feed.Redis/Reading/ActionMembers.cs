using System.Text.Json;

namespace Weir.Feed.Redis.Reading;

/// <summary>
/// Finds <c>event_type</c>, <c>mdt</c> and <c>fid</c> in an event of the HSM action stream, which are a record's type, source and
/// subject. Whatever wrote the event, members are found in any order; one that is missing or no string is empty.
/// </summary>
internal ref struct ActionMembers
{
    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Source;
    public ReadOnlySpan<byte> Subject;
    private int _found;

    /// <param name="json">The event; anything that is no JSON object has no members.</param>
    /// <param name="scratch">Where a member with escapes is put; it must hold three of the longest names.</param>
    public static ActionMembers Read(ReadOnlySpan<byte> json, Span<byte> scratch)
    {
        var members = new ActionMembers();
        if (members.TryReadPlain(json)) return members;
        members = default;
        members.ReadAny(json, scratch);
        return members;
    }

    /// <summary>The quick way, for flat objects; it gives up at the first thing that is not plain.</summary>
    private bool TryReadPlain(ReadOnlySpan<byte> json)
    {
        int at = Pass(json, 0);
        if (At(json, at) != '{') return false;
        at = Pass(json, at + 1);
        while (At(json, at) == '"')
        {
            ReadOnlySpan<byte> rest = json[(at + 1)..];
            int length = rest.IndexOfAny((byte)'"', (byte)'\\');
            if (length < 0 || rest[length] != '"') return false;
            ReadOnlySpan<byte> name = rest[..length];
            at = Pass(json, at + length + 2);
            if (At(json, at) != ':') return false;
            at = Pass(json, at + 1);
            if (At(json, at) == '"')
            {
                rest = json[(at + 1)..];
                length = rest.IndexOfAny((byte)'"', (byte)'\\');
                bool isWanted = IsWanted(name);
                if (length < 0 || (isWanted && rest[length] != '"')) return false;
                if (isWanted && Keep(name, rest[..length]) == 3) return true;
                while (rest[length] != '"')
                {
                    int next = length + 2 > rest.Length ? -1 : rest[(length + 2)..].IndexOfAny((byte)'"', (byte)'\\');
                    if (next < 0) return false;
                    length += 2 + next;
                }

                at += length + 2;
            }
            else
            {
                length = json[Math.Min(at, json.Length)..].IndexOfAny(",}[{\""u8);
                if (length < 0 || json[at + length] is (byte)'[' or (byte)'{' or (byte)'"') return false;
                at += length;
            }

            at = Pass(json, at);
            if (At(json, at) == '}') return Pass(json, at + 1) == json.Length;
            if (At(json, at) != ',') return false;
            at = Pass(json, at + 1);
        }

        return false;
    }

    private void ReadAny(ReadOnlySpan<byte> json, Span<byte> scratch)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadOnlySpan<byte> name = reader.ValueTextEquals("event_type"u8) ? "event_type"u8
                    : reader.ValueTextEquals("mdt"u8) ? "mdt"u8
                    : reader.ValueTextEquals("fid"u8) ? "fid"u8 : default;
                reader.Read();
                if (!name.IsEmpty && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= RecordLimits.MaxNameBytes)
                {
                    int length = reader.CopyString(scratch);
                    Keep(name, scratch[..length]);
                    scratch = scratch[length..];
                }
                else
                {
                    reader.Skip();
                }

                if (_found == 3) return;
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // No JSON, or no UTF-8: the record's data are shown as they are, and nothing is derived from them.
        }
    }

    private static bool IsWanted(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("event_type"u8) || name.SequenceEqual("mdt"u8) || name.SequenceEqual("fid"u8);

    private int Keep(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (value.Length > RecordLimits.MaxNameBytes) value = default;
        if (name.Length == 10) Type = value;
        else if (name[0] == 'm') Source = value;
        else Subject = value;
        return ++_found;
    }

    private static int Pass(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at;
    }

    private static byte At(ReadOnlySpan<byte> json, int at) => at < json.Length ? json[at] : (byte)0;
}
