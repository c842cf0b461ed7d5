using System.Text;

namespace Weir.Coordinator.Movers.Commands;

/// <summary>What a program says, a line at a time: the first lines go to the log, the last one is the reason when it fails.</summary>
internal sealed class ChildOutput(Action<string> say)
{
    private const int MostLines = 100;
    private const int LongestLine = 1000;

    private readonly List<byte> _line = [];
    private int _lines;

    /// <summary>The last line that was not empty.</summary>
    public string Last { get; private set; } = "";

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (byte c in bytes)
        {
            if (c == (byte)'\n') EndLine();
            else if (_line.Count < LongestLine) _line.Add(c);
        }
    }

    public void EndLine()
    {
        string text = new([.. Encoding.UTF8.GetString([.. _line]).Select(c => char.IsControl(c) ? ' ' : c)]);
        _line.Clear();
        if (string.IsNullOrWhiteSpace(text)) return;
        Last = text.Trim();
        _lines++;
        if (_lines <= MostLines) say(Last);
        if (_lines == MostLines) say("(more follows, which is not told)");
    }
}
