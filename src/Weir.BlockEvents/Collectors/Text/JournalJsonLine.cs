using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Text;

/// <summary>Reads a line of <c>journalctl -o json</c>: an object whose members are texts, numbers of bytes where they are binary, or arrays of several values.</summary>
internal static class JournalJsonLine
{
    /// <summary>Reads an entry; false when the line is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, JournalText entry)
    {
        entry.Clear();
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                byte[] name = Encoding.UTF8.GetBytes(reader.GetString()!);
                reader.Read();
                if (!JournalText.IsWanted(name)) reader.Skip();
                else if (reader.TokenType == JsonTokenType.String) entry.Set(name, Encoding.UTF8.GetBytes(reader.GetString()!));
                else if (reader.TokenType == JsonTokenType.Number) entry.Set(name, reader.ValueSpan);
                else if (reader.TokenType == JsonTokenType.StartArray && Bytes(ref reader) is { } bytes) entry.Set(name, bytes);
            }

            return !entry.IsEmpty;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The bytes of an array of numbers; of an array of values the first. Ends on the array's end.</summary>
    private static byte[]? Bytes(ref Utf8JsonReader reader)
    {
        var bytes = new List<byte>();
        byte[]? first = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out byte value) && bytes.Count < LineSplitter.MaxLineBytes) bytes.Add(value);
            else if (reader.TokenType == JsonTokenType.String) first ??= Encoding.UTF8.GetBytes(reader.GetString()!);
            else if (reader.TokenType == JsonTokenType.StartArray) first ??= Bytes(ref reader);
            else reader.Skip();
        }

        return first ?? (bytes.Count > 0 ? [.. bytes] : null);
    }
}
