using System.Globalization;
using System.Text;

namespace Weir.Lustre.HsmFiles;

/// <summary>How many lines were not taken and why, with the first few of them.</summary>
public sealed class SkippedLines
{
    /// <summary>How many examples are kept.</summary>
    public const int MaxExamples = 5;

    private const int ExcerptBytes = 80;

    private readonly long[] _counts = new long[Enum.GetValues<LineError>().Length];
    private readonly List<LineExample> _examples = new(MaxExamples);

    /// <summary>All skipped lines.</summary>
    public long Total { get; private set; }

    /// <summary>Skipped lines that may have been requests: all but the blank ones.</summary>
    public long Lost => Total - this[LineError.Empty];

    /// <summary>The first ones, at most <see cref="MaxExamples"/>.</summary>
    public IReadOnlyList<LineExample> Examples => _examples;

    /// <summary>How many were skipped for <paramref name="error"/>.</summary>
    public long this[LineError error] => _counts[(int)error];

    internal void Add(LineError error, long lineNumber, ReadOnlySpan<byte> line)
    {
        _counts[(int)error]++;
        Total++;
        if (_examples.Count < MaxExamples) _examples.Add(new(lineNumber, error, Escape(line)));
    }

    internal void Clear()
    {
        Array.Clear(_counts);
        _examples.Clear();
        Total = 0;
    }

    /// <summary>As <c>3 lines skipped: 2 MissingIndex, 1 NotUtf8</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Total} {(Total == 1 ? "line" : "lines")} skipped");
        string separator = ": ";
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0) continue;
            text.Append(separator).Append(CultureInfo.InvariantCulture, $"{_counts[i]} {(LineError)i}");
            separator = ", ";
        }

        return text.ToString();
    }

    private static string Escape(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder(ExcerptBytes);
        foreach (byte b in line[..Math.Min(line.Length, ExcerptBytes)])
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'\\') text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        }

        if (line.Length > ExcerptBytes) text.Append('…');
        return text.ToString();
    }
}
