using System.Text;

namespace Weir.Cli.Screens;

/// <summary>Which key was pressed.</summary>
internal enum KeyKind
{
    /// <summary>One that writes a character: <see cref="Key.Rune"/>.</summary>
    Character,

    /// <summary>A letter held with Control: <see cref="Key.Rune"/>, in lower case.</summary>
    Control,

    Enter,
    Escape,
    Tab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
}

/// <summary>A key that was pressed.</summary>
internal readonly record struct Key(KeyKind Kind, Rune Rune = default)
{
    public static Key Of(char character) => new(KeyKind.Character, new(character));

    /// <summary>Whether it writes this character.</summary>
    public bool Is(char character) => Kind == KeyKind.Character && Rune.Value == character;
}
