using System.Text;

namespace Weir.Cli.Screens;

/// <summary>A screen's content, as it is being composed. What lies outside is clipped, so that painters need not know the size.</summary>
internal sealed class CellGrid(bool isUnicode)
{
    private Cell[] _cells = [];

    /// <summary>Whether more than ASCII can be shown; otherwise a question mark stands for the rest.</summary>
    public bool IsUnicode { get; } = isUnicode;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public Cell this[int x, int y] => _cells[(y * Width) + x];

    public ReadOnlySpan<Cell> Row(int y) => _cells.AsSpan(y * Width, Width);

    /// <summary>Sets the size and blanks everything.</summary>
    public void Reset(ScreenSize size)
    {
        if (size.Width * size.Height != _cells.Length) _cells = new Cell[size.Width * size.Height];
        (Width, Height) = (size.Width, size.Height);
        _cells.AsSpan().Fill(Cell.Blank);
    }

    /// <summary>Writes text from a place on, made safe, and cut at the right edge or after <paramref name="maxWidth"/> cells.</summary>
    /// <returns>The column behind the text.</returns>
    public int Write(int x, int y, ReadOnlySpan<char> text, Style style = default, int maxWidth = int.MaxValue)
    {
        int end = (int)Math.Min((long)x + maxWidth, Width);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune shown = SafeText.Shown(rune, IsUnicode);
            int width = CharacterWidth.Of(shown);
            if (x + width > end) break;
            if (x >= 0) Put(x, y, new(shown.Value, style), width);
            x += width;
        }

        return x;
    }

    /// <summary>Writes text so that it ends before a column; what has no room to the left is cut.</summary>
    public void WriteRight(int end, int y, ReadOnlySpan<char> text, Style style = default) =>
        Write(end - SafeText.Width(text, IsUnicode), y, text, style);

    /// <summary>Gives every cell of a row a style.</summary>
    public void Paint(int y, Style style)
    {
        if (y < 0 || y >= Height) return;
        foreach (ref Cell cell in _cells.AsSpan(y * Width, Width)) cell = cell with { Style = style };
    }

    /// <summary>Blanks some cells of a row, so that something can stand over what was there.</summary>
    public void Erase(int x, int y, int width)
    {
        for (int i = Math.Max(x, 0); i < Math.Min(x + width, Width); i++) Put(i, y, Cell.Blank, 1);
    }

    private void Put(int x, int y, Cell cell, int width)
    {
        if (y < 0 || y >= Height) return;
        Span<Cell> row = _cells.AsSpan(y * Width, Width);

        // Half a wide character cannot stay.
        if (row[x].IsRightHalf) row[x - 1] = row[x - 1] with { CodePoint = ' ' };
        int behind = x + width;
        if (behind < row.Length && row[behind].IsRightHalf) row[behind] = row[behind] with { CodePoint = ' ' };
        row[x] = cell;
        if (width == 2) row[x + 1] = cell with { CodePoint = 0 };
    }
}
