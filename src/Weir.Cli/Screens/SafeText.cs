using System.Globalization;
using System.Text;

namespace Weir.Cli.Screens;

/// <summary>
/// Makes text of unknown origin fit to be sent to a terminal: what would steer it, reorder its line or take no place of its own is
/// shown as one replacement character.
/// </summary>
internal static class SafeText
{
    private const char UnicodeReplacement = '\uFFFD';
    private const char AsciiReplacement = '?';

    /// <summary>What is shown for a character, always one or two cells wide.</summary>
    public static Rune Shown(Rune rune, bool isUnicode)
    {
        if (rune.Value is >= 0x20 and < 0x7F) return rune;
        if (!isUnicode) return new(AsciiReplacement);
        bool hasMeaningToAll = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
        return hasMeaningToAll && CharacterWidth.Of(rune) > 0 ? rune : new(UnicodeReplacement);
    }

    /// <summary>The whole text as it is shown; the same object when there is nothing to replace.</summary>
    public static string Shown(string text, bool isUnicode)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var shown = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) shown.Append(Shown(rune, isUnicode));
        return shown.ToString();
    }

    /// <summary>How many cells the text takes as it is shown.</summary>
    public static int Width(ReadOnlySpan<char> text, bool isUnicode)
    {
        if (!text.ContainsAnyExceptInRange(' ', '~')) return text.Length;
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes()) width += CharacterWidth.Of(Shown(rune, isUnicode));
        return width;
    }
}
