using System.Buffers.Text;
using System.Text;

namespace Weir.Coordinator.Scheduling;

/// <summary>The hints in a request's data: <c>name=value</c>, separated by commas, ended by the data's end or padding.</summary>
internal static class Hints
{
    /// <summary>
    /// The value of a hint, given as <c>name=</c>; it must begin the data or follow a comma. Empty when there is none, or no value.
    /// </summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name) =>
        TryFind(data, name, out Range value) ? data[value] : default;

    /// <summary>Where the value of a hint stands; false when there is no such hint.</summary>
    public static bool TryFind(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, out Range value)
    {
        for (int at = 0; at <= data.Length - name.Length; at++)
        {
            int next = data[at..].IndexOf(name);
            if (next < 0) break;
            at += next;
            if (at > 0 && data[at - 1] != ',') continue;
            int start = at + name.Length;
            int length = data[start..].IndexOfAny((byte)',', (byte)0);
            value = start..(length < 0 ? data.Length : start + length);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>djb2 as the original computes it: 64 bits, each byte signed.</summary>
    public static ulong Djb2(ReadOnlySpan<byte> text)
    {
        ulong hash = 5381;
        foreach (byte b in text) hash = unchecked((hash * 33) + (ulong)(sbyte)b);
        return hash;
    }

    /// <summary>The data with the text in a range replaced by a decimal number.</summary>
    public static byte[] Replace(ReadOnlySpan<byte> data, Range range, ulong number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out int written);
        (int start, int length) = range.GetOffsetAndLength(data.Length);
        var replaced = new byte[data.Length - length + written];
        data[..start].CopyTo(replaced);
        digits[..written].CopyTo(replaced.AsSpan(start));
        data[(start + length)..].CopyTo(replaced.AsSpan(start + written));
        return replaced;
    }

    /// <summary>The data as text, for messages.</summary>
    public static string Text(ReadOnlySpan<byte> data) => Encoding.UTF8.GetString(data.TrimEnd((byte)0));
}
