using System.Text;

namespace Weir.Cli.Screens;

/// <summary>One place on the screen.</summary>
/// <param name="CodePoint">What stands there: a code point that can be printed, or 0 for the right half of the wide one before.</param>
/// <param name="Style">How it looks.</param>
internal readonly record struct Cell(int CodePoint, Style Style)
{
    public static Cell Blank => new(' ', Style.Plain);

    public bool IsRightHalf => CodePoint == 0;

    public Rune Rune => new(IsRightHalf ? ' ' : CodePoint);
}
