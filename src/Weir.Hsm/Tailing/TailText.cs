using System.Globalization;
using System.Text;
using Weir.Hsm.Events;

namespace Weir.Hsm.Tailing;

/// <summary>An event as a line for people.</summary>
public static class TailText
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[2m";

    /// <summary>As <c>2025-11-11 06:00:00 [elm-MDT0000] UPDATE ARCHIVE  STARTED  0x200000401:0x1:0x0 -&gt; /fs/a/file (id: 1762840800000-0)</c>.</summary>
    /// <param name="told">The event.</param>
    /// <param name="zone">The zone of the time shown.</param>
    /// <param name="isColoured">With ANSI colours.</param>
    public static string Format(TailEvent told, TimeZoneInfo zone, bool isColoured = false)
    {
        ArgumentNullException.ThrowIfNull(told);
        var line = new StringBuilder();
        DateTimeOffset time = TimeZoneInfo.ConvertTime(told.Time, zone);
        line.Append(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss} [{Plain(told.Mdt)}] {(told.IsRefresh ? TailFilter.Refresh : HsmEventNames.Text(told.Type)),-9} ");
        line.Append(CultureInfo.InvariantCulture, $"{Plain(told.Action),-8} ");
        string status = Plain(told.Status);
        Coloured(line, status, isColoured ? ColourOf(status) : "");
        line.Append(' ', Math.Max(1, 9 - status.Length)).Append(Plain(told.Fid));
        if (told.Path is { } path) line.Append(" -> ").Append(Plain(path));
        else if (told.IsPathResolved) line.Append(" -> (no path found)");
        if (told.FinalStateSeen == false) line.Append(" (vanished without a final state)");
        line.Append(' ');
        Coloured(line, $"(id: {told.Id})", isColoured ? Dim : "");
        return line.ToString();
    }

    /// <summary>Control characters would let a file's name steer the terminal.</summary>
    private static string Plain(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var plain = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsControl(c)) plain.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else plain.Append(c);
        }

        return plain.ToString();
    }

    private static void Coloured(StringBuilder line, string text, string colour)
    {
        if (colour.Length == 0) line.Append(text);
        else line.Append(colour).Append(text).Append(Reset);
    }

    private static string ColourOf(string status) => status switch
    {
        "WAITING" => "\e[93m",
        "STARTED" => "\e[94m",
        "SUCCEED" => "\e[92m",
        "FAILED" or "CANCELED" => "\e[91m",
        _ => "",
    };
}
