using Weir.Cli.Terminals;

namespace Weir.Cli.Screens;

/// <summary>What the terminal can show, as the environment tells it.</summary>
/// <param name="CanMoveCursor">False on a dumb terminal, and where there is none: nothing but lines can be printed.</param>
/// <param name="HasColor">Whether to use colours.</param>
/// <param name="IsUnicode">Whether it shows more than ASCII.</param>
internal readonly record struct TerminalTraits(bool CanMoveCursor, bool HasColor, bool IsUnicode)
{
    public static TerminalTraits Of(Terminal terminal)
    {
        bool canMove = terminal.IsOutTerminal && terminal.ReadVariable("TERM") is not (null or "dumb");
        return new(canMove, canMove && terminal.HasColor, NamesUtf8(terminal));
    }

    /// <summary>locale(7): the first of these that is set decides.</summary>
    private static bool NamesUtf8(Terminal terminal)
    {
        string? locale = terminal.ReadVariable("LC_ALL") ?? terminal.ReadVariable("LC_CTYPE") ?? terminal.ReadVariable("LANG");
        return locale is not null && (locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
            || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase));
    }
}
