using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Coalescing;

/// <summary>
/// Coalesces changelog topics for consumers of the feed that ask for it, by <see cref="ChangelogCoalescer"/>. What is no changelog record (a gap,
/// or what a mask left out) passes through, and nothing is left out across it. A merged record has the id of the last of those it stands for.
/// </summary>
public sealed class ChangelogCoalescingRule(CoalescerOptions? options = null) : ICoalescingRule
{
    /// <summary>A window that a page of the feed fills, rather than one for a whole run.</summary>
    private static readonly CoalescerOptions Default = new() { WindowRecords = 8192 };

    public bool AppliesTo(string topic) => topic.StartsWith(ChangelogTopic.Prefix, StringComparison.Ordinal);

    public IRecordCoalescer Create(string topic, RecordId alreadyGivenUpTo) => new TopicCoalescer(
        ChangelogTopic.MdtOf(topic), (options ?? Default) with { AlreadyGivenUpTo = ChangelogTopic.IndexOf(alreadyGivenUpTo) });

    private sealed class TopicCoalescer : IRecordCoalescer, ICoalescedSink
    {
        private readonly ChangelogRecordReader _reader = new();
        private readonly ChangelogRecordWriter _writer;
        private readonly ChangelogCoalescer _coalescer;

        /// <summary>The first half of each record's id; a changelog record knows only the second, its index.</summary>
        private readonly Dictionary<ulong, ulong> _milliseconds = [];
        private RecordBatch? _output;

        public TopicCoalescer(string mdt, CoalescerOptions options)
        {
            _writer = new(mdt);
            _coalescer = new(this, options);
        }

        public void Add(RecordView record, RecordBatch output)
        {
            _output = output;
            if (!_reader.TryRead(record, out ChangelogRecord read) || read.Index != ChangelogTopic.IndexOf(record.Id))
            {
                Flush(output);
                output.Add(record.Id, record.Type, record.Source, record.Subject, record.Data);
                return;
            }

            _milliseconds[read.Index] = record.Id.Milliseconds;
            _coalescer.Add(read);
        }

        public void Flush(RecordBatch output)
        {
            _output = output;
            _coalescer.Flush();
            _milliseconds.Clear();
        }

        public void Take(ChangelogRecord record) => _writer.Write(_output!, record, _milliseconds[record.Index]);
    }
}
