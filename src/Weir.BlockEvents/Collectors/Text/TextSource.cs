using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Text;

/// <summary>
/// A file or standard input, read once to its end: dmesg in its forms, syslog, or the journal as export or JSON, which is recognised by its
/// beginning.
/// </summary>
public sealed class TextSource : ILogSource
{
    private const int BatchLines = 16 * 1024;

    private readonly Stream _input;
    private readonly JournalText _entry = new();
    private readonly JournalExportReader? _export;
    private readonly LineSplitter? _lines;
    private readonly bool _isJson;
    private long _cut;

    /// <param name="name">What it is called in events and messages.</param>
    /// <param name="input">The stream; it is this source's to dispose.</param>
    public TextSource(string name, Stream input)
    {
        Name = name;
        var peeked = new PeekedStream(input);
        _input = peeked;
        ReadOnlySpan<byte> start = peeked.Peek(16);
        if (start.StartsWith("__CURSOR="u8) || start.StartsWith("__REALTIME_TIME"u8)) _export = new(peeked);
        else _lines = new(peeked);
        _isJson = start.StartsWith("{"u8);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Cursor => "";

    /// <inheritdoc/>
    public bool Read(ILineSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return _export is null ? ReadLines(_lines!, sink) : ReadExport(_export, sink);
    }

    /// <inheritdoc/>
    public int WriteLineCursor(Span<byte> buffer) => 0;

    /// <inheritdoc/>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => new(false);

    public void Dispose() => _input.Dispose();

    private bool ReadExport(JournalExportReader export, ILineSink sink)
    {
        for (int i = 0; i < BatchLines; i++)
        {
            if (!export.TryRead(_entry)) return false;
            if (_entry.HasMessage && !_entry.IsEvent) sink.Take(_entry.ToLine());
        }

        return true;
    }

    private bool ReadLines(LineSplitter lines, ILineSink sink)
    {
        if (!lines.Fill()) return false;
        for (int i = 0; i < BatchLines && lines.TryNext(out ReadOnlySpan<byte> line); i++)
        {
            if (!_isJson) sink.Take(TextLine.Read(line));
            else if (JournalJsonLine.TryRead(line, _entry) && _entry.HasMessage && !_entry.IsEvent) sink.Take(_entry.ToLine());
        }

        if (lines.CutCount > _cut) sink.TellLost(0, $"{lines.CutCount - _cut} lines longer than {LineSplitter.MaxLineBytes} bytes are known by their beginning only");
        _cut = lines.CutCount;
        return true;
    }
}
