using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Devices;

/// <summary>
/// A stream of records as a changelog device: what <c>lfs changelog</c> prints, or packed records that were saved. It can be read
/// once, from its start on, and nothing of it can be cleared.
/// </summary>
/// <param name="mdt">Whose changelog it is.</param>
/// <param name="source">Where the records come from.</param>
public sealed class FileChangelog(string mdt, IChangelogSource source) : IChangelogDevice
{
    public string Mdt { get; } = mdt;

    public IChangelogStream Open(ulong firstIndex) => new Reading(source, firstIndex);

    public void Clear(string user, ulong index) =>
        throw new ChangelogDeviceException(Mdt, "clear records of a file, which has no users", ChangelogDeviceException.InvalidArgument);

    public ChangelogUsers? ReadUsers() => null;

    /// <summary>Reads text when the first byte is a digit and packed records otherwise: the length of a name, with which a record begins, cannot read as digits.</summary>
    public static IChangelogSource SourceOf(Stream stream)
    {
        var head = new byte[2];
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var whole = new PrefixedStream(head.AsMemory(0, length), stream);
        return length == 2 && head[0] is >= (byte)'0' and <= (byte)'9' && head[1] is (byte)' ' or (>= (byte)'0' and <= (byte)'9')
            ? new ChangelogTextReader(whole) : new ChangelogBinaryReader(whole);
    }

    private sealed class Reading(IChangelogSource source, ulong firstIndex) : IChangelogStream
    {
        private readonly byte[] _held = new byte[ChangelogRecord.MaxBytes];
        private ulong _first = firstIndex;
        private int _heldBytes;

        public int Read(Span<byte> buffer)
        {
            int filled = 0;
            if (_heldBytes > 0)
            {
                _held.AsSpan(0, _heldBytes).CopyTo(buffer);
                filled = _heldBytes;
                _heldBytes = 0;
            }

            while (source.Next(out ChangelogRecord record, out _) is var found && found != ChangelogScan.End)
            {
                if (found != ChangelogScan.Record || record.Index < _first) continue;
                if (record.Length > buffer.Length - filled)
                {
                    record.Raw.CopyTo(_held);
                    _heldBytes = record.Length;
                    return filled;
                }

                record.Raw.CopyTo(buffer[filled..]);
                filled += record.Length;
            }

            return filled;
        }

        public void Seek(ulong index) => _first = Math.Max(_first, index);

        public ChangelogPoll Poll(TimeSpan timeout) => ChangelogPoll.Readable;

        public void Dispose() { }
    }

    /// <summary>Bytes that were read already, and the rest of the stream they came from.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_prefix.IsEmpty) return rest.Read(buffer);
            int count = Math.Min(buffer.Length, _prefix.Length);
            _prefix.Span[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return count;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
