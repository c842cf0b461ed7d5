using System.Globalization;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Events;

/// <summary>Times as the original takes them.</summary>
internal static class SinceTime
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss"];

    /// <summary>Reads today, yesterday, a date, or a date and time; local, unless it says otherwise.</summary>
    /// <exception cref="UsageException">It is none of these.</exception>
    public static DateTimeOffset Parse(string text, TimeProvider time)
    {
        DateTime today = time.GetLocalNow().Date;
        if (text == "today") return Local(today, time);
        if (text == "yesterday") return Local(today.AddDays(-1), time);
        if (DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local)) return Local(local, time);
        if (text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset exact)) return exact;
        throw new UsageException($"--since: '{text}' is none of today, yesterday, 2018-05-21, \"2018-05-21 18:17:16\"");
    }

    private static DateTimeOffset Local(DateTime local, TimeProvider time) => new(local, time.LocalTimeZone.GetUtcOffset(local));
}
