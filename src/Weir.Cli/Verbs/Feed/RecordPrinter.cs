using System.Buffers;
using System.Text;
using Weir.Cli.Terminals;
using Weir.Feed;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Prints records of one topic, a line each: as CloudEvents, or as id, type, source, subject and data with tabs between.</summary>
internal sealed class RecordPrinter : IDisposable
{
    // Control characters, and the first byte of those that Unicode adds to ASCII's (U+0080 to U+009F): a terminal may obey either.
    private static readonly SearchValues<byte> Suspicious =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(value => (byte)value), 0x7f, 0xc2]);

    private readonly OutputBuffer _output;
    private readonly CloudEventWriter? _events;
    private readonly byte[]? _topic;

    /// <param name="topic">The topic.</param>
    /// <param name="output">Where to.</param>
    /// <param name="asJson">CloudEvents rather than text.</param>
    /// <param name="namesTopic">Whether a line of text starts with the topic.</param>
    public RecordPrinter(string topic, OutputBuffer output, bool asJson, bool namesTopic)
    {
        _output = output;
        _events = asJson ? new(topic, output) : null;
        _topic = namesTopic ? Encoding.UTF8.GetBytes(topic) : null;
    }

    public void Print(RecordView record)
    {
        if (_events is not null) _events.Write(record);
        else WriteText(record);
        _output.EndLine();
    }

    public void Dispose() => _events?.Dispose();

    private void WriteText(RecordView record)
    {
        if (_topic is not null)
        {
            WriteField(_topic);
            _output.Write("\t"u8);
        }

        Span<byte> id = _output.GetSpan(RecordId.MaxTextLength);
        record.Id.TryFormat(id, out int length);
        _output.Advance(length);
        _output.Write("\t"u8);
        WriteField(record.Type);
        _output.Write("\t"u8);
        WriteField(record.Source);
        _output.Write("\t"u8);
        WriteField(record.Subject);
        _output.Write("\t"u8);
        WriteField(record.Data);
    }

    /// <summary>Control characters are written as JSON escapes them; in data they are then still the same JSON, or whitespace between.</summary>
    private void WriteField(ReadOnlySpan<byte> field)
    {
        while (field.IndexOfAny(Suspicious) is var at && at >= 0)
        {
            _output.Write(field[..at]);
            byte first = field[at];
            bool isPair = first == 0xc2 && at + 1 < field.Length;
            if (first != 0xc2) WriteControl(first);
            else if (isPair && field[at + 1] is >= 0x80 and < 0xa0) WriteControl(field[at + 1]);
            else _output.Write(field.Slice(at, isPair ? 2 : 1));
            field = field[(at + (isPair ? 2 : 1))..];
        }

        _output.Write(field);
    }

    private void WriteControl(byte control)
    {
        if (control is (byte)'\n' or (byte)'\r' or (byte)'\t') _output.Write(" "u8);
        else _output.Write($"\\u{control:x4}");
    }
}
