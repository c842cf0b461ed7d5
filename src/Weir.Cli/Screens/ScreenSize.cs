namespace Weir.Cli.Screens;

/// <summary>A terminal's size in cells.</summary>
internal readonly record struct ScreenSize(int Width, int Height)
{
    /// <summary>Nobody's terminal is larger; what says so is wrong.</summary>
    public const int Max = 2000;

    /// <summary>What terminals have had since the VT100.</summary>
    public static ScreenSize Usual => new(80, 24);

    /// <summary>A size that can be used: a terminal that does not know its own says 0.</summary>
    public static ScreenSize From(int width, int height) =>
        new(width <= 0 ? Usual.Width : Math.Min(width, Max), height <= 0 ? Usual.Height : Math.Min(height, Max));
}
