using System.Buffers;
using System.Text;
using Weir.Cli.Screens;

namespace Weir.Cli.Tests.Ptys;

/// <summary>As much of a terminal as weir writes to: it turns the bytes into what a user sees, and refuses sequences it does not know.</summary>
internal sealed class VtScreen
{
    private readonly List<byte> _pending = [];
    private Page _main;
    private Page _alternate;

    public VtScreen(int width, int height)
    {
        _main = new(width, height);
        _alternate = new(width, height);
    }

    public int Width => Current.Width;

    public int Height => Current.Height;

    public bool IsAlternate { get; private set; }

    public bool IsCursorVisible { get; private set; } = true;

    public (int X, int Y) Cursor => (Current.X, Current.Y);

    /// <summary>The parameters of every SGR, as they came.</summary>
    public HashSet<string> Styles { get; } = [];

    /// <summary>What is shown now has a style other than the terminal's own.</summary>
    public string PenStyle { get; private set; } = "0";

    /// <summary>The lines that the user sees, without blanks at their ends.</summary>
    public IReadOnlyList<string> Lines => [.. Enumerable.Range(0, Height).Select(Current.Line)];

    public string Text => string.Join('\n', Lines);

    private ref Page Current => ref IsAlternate ? ref _alternate : ref _main;

    public void Resize(int width, int height)
    {
        _main = _main.Resized(width, height);
        _alternate = _alternate.Resized(width, height);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (byte next in bytes)
        {
            _pending.Add(next);
            if (TryTake()) _pending.Clear();
        }
    }

    private bool TryTake()
    {
        ReadOnlySpan<byte> pending = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pending);
        switch (pending[0])
        {
            case 0x1B:
                if (pending.Length == 1) return false;
                if (pending[1] != '[') throw new FormatException($"ESC {(char)pending[1]}");
                if (pending.Length == 2 || pending[^1] is < 0x40 or > 0x7E) return false;
                Control(Encoding.ASCII.GetString(pending[2..^1]), (char)pending[^1]);
                return true;
            case (byte)'\r':
                Current.X = 0;
                return true;
            case (byte)'\n':
                Current.LineFeed();
                return true;
            case < 0x20 or 0x7F:
                throw new FormatException($"control character 0x{pending[0]:x2}");
            default:
                OperationStatus status = Rune.DecodeFromUtf8(pending, out Rune rune, out _);
                if (status == OperationStatus.NeedMoreData) return false;
                if (status != OperationStatus.Done) throw new FormatException("not UTF-8");
                Current.Put(rune);
                return true;
        }
    }

    private void Control(string parameters, char final)
    {
        switch (final)
        {
            case 'H':
                int[] place = [.. parameters.Split(';').Select(number => number.Length == 0 ? 1 : int.Parse(number))];
                Current.Y = Math.Min(place[0], Height) - 1;
                Current.X = Math.Min(place.Length > 1 ? place[1] : 1, Width) - 1;
                break;
            case 'J' when parameters == "2":
                Current.Clear();
                break;
            case 'K' when parameters.Length == 0:
                Current.ClearToEnd();
                break;
            case 'm':
                Styles.Add(parameters);
                PenStyle = parameters;
                break;
            case 'h' or 'l' when parameters == "?1049":
                IsAlternate = final == 'h';
                if (IsAlternate) _alternate.Clear();
                break;
            case 'h' or 'l' when parameters == "?25":
                IsCursorVisible = final == 'h';
                break;
            default:
                throw new FormatException($"CSI {parameters} {final}");
        }
    }

    private sealed class Page(int width, int height)
    {
        private readonly Rune?[,] _cells = new Rune?[height, width];

        public int Width => width;

        public int Height => height;

        public int X { get; set; }

        public int Y { get; set; }

        public string Line(int y)
        {
            var line = new StringBuilder();
            for (int x = 0; x < width; x++)
            {
                Rune rune = _cells[y, x] ?? new(' ');
                if (rune.Value != 0) line.Append(rune);
            }

            return line.ToString().TrimEnd();
        }

        public void Put(Rune rune)
        {
            int cells = CharacterWidth.Of(rune);
            if (X + cells > width)
            {
                X = 0;
                LineFeed();
            }

            BreakWide(X);
            if (cells == 2) BreakWide(X + 1);
            _cells[Y, X] = rune;
            if (cells == 2) _cells[Y, X + 1] = new Rune(0);
            X += cells;
        }

        public void LineFeed()
        {
            if (++Y < height) return;
            Y = height - 1;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++) _cells[y, x] = y + 1 < height ? _cells[y + 1, x] : null;
            }
        }

        public void Clear() => Array.Clear(_cells);

        public void ClearToEnd()
        {
            BreakWide(X);
            for (int x = X; x < width; x++) _cells[Y, x] = null;
        }

        public Page Resized(int newWidth, int newHeight)
        {
            var page = new Page(newWidth, newHeight) { X = Math.Min(X, newWidth - 1), Y = Math.Min(Y, newHeight - 1) };
            for (int y = 0; y < Math.Min(height, newHeight); y++)
            {
                for (int x = 0; x < Math.Min(width, newWidth); x++) page._cells[y, x] = _cells[y, x];
            }

            return page;
        }

        /// <summary>As terminals do: what is left of a wide character that is half overwritten is blank.</summary>
        private void BreakWide(int x)
        {
            if (_cells[Y, x] is { Value: 0 }) _cells[Y, x - 1] = null;
            if (x + 1 < width && _cells[Y, x + 1] is { Value: 0 }) _cells[Y, x + 1] = null;
        }
    }
}
