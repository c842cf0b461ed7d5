using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Weir.Cli.Screens;

/// <summary>
/// Turns a grid into the bytes that bring a terminal from what it shows to that: only cells that differ are written. Control sequences:
/// ECMA-48 (CUP, EL, ED, SGR), which every terminal in use understands.
/// </summary>
internal sealed class ScreenRenderer(bool hasColor)
{
    /// <summary>Moving the cursor costs about as many bytes as writing so many cells again.</summary>
    private const int ShortGap = 4;

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);
    private Cell[] _shown = [];
    private ScreenSize _size;
    private bool _isKnown;
    private Style _style;
    private (int X, int Y) _cursor;

    /// <summary>What the terminal shows is no longer known; the next frame is painted whole.</summary>
    public void Forget() => _isKnown = false;

    /// <summary>The bytes for the next frame; none when nothing changed. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Render(CellGrid grid)
    {
        _bytes.ResetWrittenCount();
        _cursor = (-1, -1);
        _style = default;
        if (!_isKnown || _size != new ScreenSize(grid.Width, grid.Height)) Clear(grid);
        for (int y = 0; y < grid.Height; y++)
        {
            ReadOnlySpan<Cell> next = grid.Row(y);
            Span<Cell> shown = _shown.AsSpan(y * grid.Width, grid.Width);
            if (MemoryMarshal.AsBytes(next).SequenceEqual(MemoryMarshal.AsBytes(shown))) continue;
            RenderRow(next, shown, y);
            next.CopyTo(shown);
        }

        if (_style != default) SetStyle(default);
        return _bytes.WrittenMemory;
    }

    private void Clear(CellGrid grid)
    {
        _size = new(grid.Width, grid.Height);
        _shown = new Cell[grid.Width * grid.Height];
        _shown.AsSpan().Fill(Cell.Blank);
        _isKnown = true;
        _bytes.Write("\e[0m\e[2J"u8);
    }

    private void RenderRow(ReadOnlySpan<Cell> next, ReadOnlySpan<Cell> shown, int y)
    {
        int blankFrom = next.Length;
        while (blankFrom > 0 && next[blankFrom - 1] == Cell.Blank) blankFrom--;
        for (int x = 0; x < next.Length; x++)
        {
            if (next[x] == shown[x]) continue;
            if (x >= blankFrom && next.Length - x > ShortGap)
            {
                MoveTo(x, y, next);
                SetStyle(default);
                _bytes.Write("\e[K"u8);
                return;
            }

            int start = next[x].IsRightHalf ? x - 1 : x;
            MoveTo(start, y, next);
            WriteCell(next, start);
            x = _cursor.X - 1;
        }
    }

    private void MoveTo(int x, int y, ReadOnlySpan<Cell> next)
    {
        bool isShortGap = _cursor.Y == y && x >= _cursor.X && x - _cursor.X <= ShortGap;
        if (isShortGap)
        {
            while (_cursor.X < x) WriteCell(next, _cursor.X);
            if (_cursor.X == x) return;
        }

        _bytes.Write("\e["u8);
        WriteNumber(y + 1);
        _bytes.Write(";"u8);
        WriteNumber(x + 1);
        _bytes.Write("H"u8);
        _cursor = (x, y);
    }

    private void WriteCell(ReadOnlySpan<Cell> row, int x)
    {
        Cell cell = row[x];
        SetStyle(cell.Style);
        _bytes.Advance(cell.Rune.EncodeToUtf8(_bytes.GetSpan(4)));
        _cursor.X = x + 1 < row.Length && row[x + 1].IsRightHalf ? x + 2 : x + 1;
    }

    private void SetStyle(Style style)
    {
        if (!hasColor) style = style with { Color = Color.Default };
        if (style == _style) return;
        _style = style;
        _bytes.Write("\e[0"u8);
        if ((style.Emphasis & Emphasis.Bold) != 0) _bytes.Write(";1"u8);
        if ((style.Emphasis & Emphasis.Dim) != 0) _bytes.Write(";2"u8);
        if ((style.Emphasis & Emphasis.Underlined) != 0) _bytes.Write(";4"u8);
        if ((style.Emphasis & Emphasis.Reversed) != 0) _bytes.Write(";7"u8);
        if (style.Color != Color.Default)
        {
            _bytes.Write(";"u8);
            WriteNumber(30 + (int)style.Color - (int)Color.Black);
        }

        _bytes.Write("m"u8);
    }

    private void WriteNumber(int number)
    {
        Utf8Formatter.TryFormat(number, _bytes.GetSpan(11), out int written);
        _bytes.Advance(written);
    }
}
