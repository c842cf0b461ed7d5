namespace Weir.Cli.Screens;

/// <summary>The eight colours that every terminal has, in the order of SGR 30 to 37, behind the terminal's own.</summary>
internal enum Color : byte
{
    Default,
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
}

/// <summary>What sets text off without colour.</summary>
[Flags]
internal enum Emphasis : byte
{
    None = 0,
    Bold = 1,
    Dim = 2,
    Underlined = 4,
    Reversed = 8,
}

/// <summary>How a cell looks. On a terminal without colour only the emphasis is left, so it must be enough.</summary>
internal readonly record struct Style(Color Color = Color.Default, Emphasis Emphasis = Emphasis.None)
{
    public static Style Plain => default;

    public static Style Bold => new(Color.Default, Emphasis.Bold);

    public static Style Dim => new(Color.Default, Emphasis.Dim);

    public static Style Reversed => new(Color.Default, Emphasis.Reversed);
}
