using System.Text;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Makes records of lines of data, all with the same type, source and subject.</summary>
internal sealed class RecordLines
{
    private readonly byte[] _type;
    private readonly byte[] _source;
    private readonly byte[] _subject;

    /// <exception cref="UsageException">One of the names is longer than a record's may be.</exception>
    public RecordLines(string type, string source, string subject)
    {
        _type = Encode(type, "--type");
        _source = Encode(source, "--source");
        _subject = Encode(subject, "--subject");
    }

    public RecordBatch Batch { get; } = new();

    /// <exception cref="IOException">The data is no JSON object, or too large.</exception>
    public void Add(ReadOnlySpan<byte> data, string place)
    {
        if (!JsonData.IsObject(data, out string problem)) throw new IOException($"{place} cannot be a record's data: {problem}");
        int size = _type.Length + _source.Length + _subject.Length + data.Length;
        if (size > RecordLimits.MaxBodyBytes)
            throw new IOException($"{place} cannot be a record's data: with type, source and subject it has {size} bytes, and a record may have {RecordLimits.MaxBodyBytes}");
        Batch.Add(_type, _source, _subject, data);
    }

    private static byte[] Encode(string text, string option)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= RecordLimits.MaxNameBytes ? bytes
            : throw new UsageException($"{option} has {bytes.Length} bytes; {RecordLimits.MaxNameBytes} are allowed");
    }
}
