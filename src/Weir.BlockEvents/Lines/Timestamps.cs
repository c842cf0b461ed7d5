using System.Buffers.Text;

namespace Weir.BlockEvents.Lines;

/// <summary>Dates, times and the names of facilities and levels as log lines have them.</summary>
internal static class Timestamps
{
    private static readonly string[] Facilities =
        ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "res0", "res1", "res2", "res3"];

    private static readonly string[] Levels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

    /// <summary>1 to 12 when the text starts with an English month's three letters, else 0.</summary>
    public static int Month(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3) return 0;
        int at = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(text[..3]);
        return at >= 0 && at % 3 == 0 ? (at / 3) + 1 : 0;
    }

    /// <summary>The number of a syslog facility's name; -1 when it is none.</summary>
    public static int Facility(ReadOnlySpan<byte> name) => Find(name, Facilities);

    /// <summary>The number of a syslog level's name; -1 when it is none.</summary>
    public static int Level(ReadOnlySpan<byte> name) => Find(name, Levels);

    /// <summary>Whether it is <c>hh:mm:ss</c>, perhaps with a fraction.</summary>
    public static bool IsTimeOfDay(ReadOnlySpan<byte> text) =>
        text.Length >= 8 && text[2] == ':' && text[5] == ':' && Two(text) is >= 0 and < 24 && Two(text[3..]) is >= 0 and < 60 && Two(text[6..]) is >= 0 and <= 60
        && (text.Length == 8 || text[8] is (byte)'.' or (byte)',');

    /// <summary>Microseconds since 1970 of <c>Jun 13 12:00:01 2020</c>, which is local time; null without a year.</summary>
    public static long? ParseCtime(ReadOnlySpan<byte> text)
    {
        int at = 4;
        while (at < text.Length && text[at] == ' ') at++;
        if (!Utf8Parser.TryParse(text[Math.Min(at, text.Length)..], out int day, out int digits)) return null;
        at += digits + 1;
        if (at + 13 > text.Length || !IsTimeOfDay(text.Slice(at, 8)) || !Utf8Parser.TryParse(text[(at + 9)..], out int year, out _)) return null;
        ReadOnlySpan<byte> time = text[at..];
        return Micros(year, Month(text), day, Two(time), Two(time[3..]), Two(time[6..]), 0, null);
    }

    /// <summary>Reads <c>2024-02-03T04:05:06[.123456][Z|+01:00|+0100]</c>, also with a space for the T; without an offset it is local time.</summary>
    public static bool TryParseIso(ReadOnlySpan<byte> text, out long micros, out int taken)
    {
        micros = 0;
        taken = 0;
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)' ') || text[13] != ':' || text[16] != ':') return false;
        int year = (Two(text) * 100) + Two(text[2..]);
        int month = Two(text[5..]), day = Two(text[8..]), hour = Two(text[11..]), minute = Two(text[14..]), second = Two(text[17..]);
        if (Two(text) < 0 || Two(text[2..]) < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return false;
        int at = 19;
        int fraction = 0;
        if (at + 1 < text.Length && text[at] is (byte)'.' or (byte)',')
        {
            at++;
            for (int digit = 0; at < text.Length && char.IsAsciiDigit((char)text[at]); digit++, at++)
            {
                if (digit < 6) fraction = (fraction * 10) + text[at] - '0';
            }

            for (int digit = at - 20; digit < 6; digit++) fraction *= 10;
        }

        int? offset = null;
        if (at < text.Length && text[at] == 'Z')
        {
            offset = 0;
            at++;
        }
        else if (at + 5 <= text.Length && text[at] is (byte)'+' or (byte)'-')
        {
            int width = text[at + 3] == ':' ? 4 : 3;
            if (at + width + 2 > text.Length || Two(text[(at + 1)..]) < 0 || Two(text[(at + width)..]) < 0) return false;
            offset = ((Two(text[(at + 1)..]) * 60) + Two(text[(at + width)..])) * (text[at] == '-' ? -1 : 1);
            at += width + 2;
        }

        taken = at;
        if (Micros(year, month, day, hour, minute, second, fraction, offset) is not { } found) return false;
        micros = found;
        return true;
    }

    private static long? Micros(int year, int month, int day, int hour, int minute, int second, int fraction, int? offsetMinutes)
    {
        if (year is < 1970 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return null;
        var time = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Unspecified);
        long offset = offsetMinutes is { } minutes ? minutes * 60_000_000L : (long)TimeZoneInfo.Local.GetUtcOffset(time).TotalMicroseconds;
        return ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) + (second == 60 ? 1_000_000 : 0) + fraction - offset;
    }

    private static int Find(ReadOnlySpan<byte> name, string[] names)
    {
        Span<char> text = stackalloc char[10];
        if (name.Length is 0 or > 10) return -1;
        for (int i = 0; i < name.Length; i++) text[i] = (char)name[i];
        for (int i = 0; i < names.Length; i++)
        {
            if (text[..name.Length].SequenceEqual(names[i])) return i;
        }

        return -1;
    }

    private static int Two(ReadOnlySpan<byte> text) =>
        text.Length >= 2 && char.IsAsciiDigit((char)text[0]) && char.IsAsciiDigit((char)text[1]) ? ((text[0] - '0') * 10) + text[1] - '0' : -1;
}
