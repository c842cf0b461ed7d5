namespace Weir.Lab.Changelogs;

/// <summary>Changelog records in memory, in order; the front is given back when it is purged.</summary>
internal sealed class RecordLog
{
    private const int ChunkBytes = 1024 * 1024;

    private readonly LinkedList<Chunk> _chunks = [];

    /// <summary>The first index that is still there.</summary>
    public ulong FirstIndex { get; private set; } = 1;

    public long SizeBytes => _chunks.Sum(chunk => (long)chunk.Used);

    public void Append(ulong index, ReadOnlySpan<byte> record)
    {
        Chunk? last = _chunks.Last?.Value;
        if (last is null || last.Used + record.Length > ChunkBytes) _chunks.AddLast(last = new Chunk());
        record.CopyTo(last.Bytes.AsSpan(last.Used));
        last.Records.Add((index, last.Used, record.Length));
        last.Used += record.Length;
    }

    /// <summary>Drops everything up to the index.</summary>
    public void Purge(ulong index)
    {
        FirstIndex = Math.Max(FirstIndex, index + 1);
        while (_chunks.First is { } first && first.Value.Records[^1].Index <= index) _chunks.RemoveFirst();
    }

    /// <summary>As many whole records from the index on as fit; the last index given, or what was asked for when there is none.</summary>
    public int Read(ulong from, Span<byte> buffer, out ulong next)
    {
        next = from = Math.Max(from, FirstIndex);
        int filled = 0;
        foreach (Chunk chunk in _chunks)
        {
            if (chunk.Records[^1].Index < from) continue;
            int at = chunk.Records.BinarySearch((from, int.MinValue, 0));
            for (int i = at < 0 ? ~at : at; i < chunk.Records.Count; i++)
            {
                (ulong index, int offset, int length) = chunk.Records[i];
                if (filled + length > buffer.Length) return filled;
                chunk.Bytes.AsSpan(offset, length).CopyTo(buffer[filled..]);
                filled += length;
                next = index + 1;
            }
        }

        return filled;
    }

    private sealed class Chunk
    {
        public byte[] Bytes { get; } = new byte[ChunkBytes];

        public List<(ulong Index, int Offset, int Length)> Records { get; } = [];

        public int Used { get; set; }
    }
}
