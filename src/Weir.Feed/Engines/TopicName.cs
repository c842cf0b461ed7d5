using System.Text;

namespace Weir.Feed;

/// <summary>Which names topics and consumers may have, and how a name becomes a file name.</summary>
public static class TopicName
{
    /// <summary>The longest escaped name, in bytes: a file name with room for a suffix.</summary>
    public const int MaxEscapedBytes = 200;

    private const string Plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:.@";

    /// <summary>Whether a topic may have this name.</summary>
    public static bool IsValid(string name) =>
        name.Length > 0 && name.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && Escape(name).Length <= MaxEscapedBytes;

    /// <exception cref="ArgumentException">The name is empty, has control characters, or is too long.</exception>
    public static void ThrowIfInvalid(string name, string what = "topic")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0)
            throw new ArgumentException($"The {what} name '{Escape(name)}' has control characters.");
        if (Escape(name).Length > MaxEscapedBytes)
            throw new ArgumentException($"The {what} name '{name[..Math.Min(name.Length, 40)]}…' is longer than {MaxEscapedBytes} bytes.");
    }

    /// <summary>The name with everything but letters, digits and <c>- _ : . @</c> as %XX of its UTF-8 bytes; a leading dot too.</summary>
    public static string Escape(string name)
    {
        var escaped = new StringBuilder(name.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            bool plain = Plain.Contains((char)b, StringComparison.Ordinal) && (b != '.' || escaped.Length > 0);
            if (plain) escaped.Append((char)b);
            else escaped.Append('%').Append(b.ToString("X2", null));
        }

        return escaped.ToString();
    }

    /// <summary>The name that was escaped; null when <paramref name="escaped"/> is nobody's.</summary>
    public static string? Unescape(string escaped)
    {
        var bytes = new byte[escaped.Length];
        int count = 0;
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '%')
            {
                if (escaped[i] > 0x7e) return null;
                bytes[count++] = (byte)escaped[i];
                continue;
            }

            if (i + 2 >= escaped.Length || !byte.TryParse(escaped.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out bytes[count])) return null;
            count++;
            i += 2;
        }

        string name = Encoding.UTF8.GetString(bytes, 0, count);
        return name.Length > 0 && Escape(name) == escaped ? name : null;
    }
}
