using System.Buffers;
using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Makes shards of one part from as many good ones as there are data shards. Every block that is used was checked against its hash; where
/// one fails, another shard is read in its place, and which ones failed is said afterwards. Where one more shard can be had it is read too, and
/// must be what the others give: stale and exchanged blocks match their hashes. The next blocks are read while some are written.
/// </summary>
internal sealed class PartRebuilder(DriveQueues queues, PinnedBuffers buffers) : IDisposable
{
    private const int MaxPlans = 64;

    private readonly CodingPath _path = CodingPaths.Current;
    private readonly Dictionary<(uint, uint), RebuildPlan> _plans = [];
    private readonly ShardSource?[] _open = new ShardSource?[ReedSolomon.MaxShards];
    private SourceShard?[] _sources = [];
    private ReedSolomon _code = null!;
    private ShardLayout _layout;

    private uint _away;
    private long _readBytes;

    /// <summary>Source shards that turned out to be damaged or gone, bit by shard from 0; not those whose drive does not answer.</summary>
    public uint Damaged { get; private set; }

    /// <summary>Bytes of shards that were read.</summary>
    public long ReadBytes => Interlocked.Read(ref _readBytes);

    /// <summary>Makes the shards of all sinks.</summary>
    /// <param name="content">The version's record.</param>
    /// <param name="part">The part.</param>
    /// <param name="sources">What there is, by shard number from 0.</param>
    /// <param name="sinks">What is wanted.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ObjectUnavailableException">Too few good shards of some block are left.</exception>
    public async Task RunAsync(XlObject content, XlPart part, SourceShard?[] sources, IReadOnlyList<PieceSink> sinks, CancellationToken cancellationToken)
    {
        _sources = sources;
        _code = new(content.Data, content.Parity);
        _layout = new(content, part.Size, content.Dialect);
        uint wanted = 0;
        foreach (PieceSink sink in sinks) wanted |= 1u << sink.Shard;
        var current = new StripeBatch(_layout, _code.TotalShards, buffers.Rent);
        StripeBatch? spare = _layout.Blocks > current.Capacity ? new(_layout, _code.TotalShards, buffers.Rent) : null;
        current.Start(0, _layout.Blocks);
        await LoadAsync(current, part).ConfigureAwait(false);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long next = current.FirstBlock + current.Count;
            Task? ahead = null;
            if (next < _layout.Blocks)
            {
                spare!.Start(next, _layout.Blocks - next);
                ahead = LoadAsync(spare, part);
            }

            try
            {
                for (int block = 0; block < current.Count; block++) Rebuild(current, block, wanted, part);
                current.WriteHashes(_path, HighwayKey.Shards, wanted);
                await Task.WhenAll(sinks.Select(sink => sink.WriteAsync(current.FileBytes(sink.Shard)))).ConfigureAwait(false);
            }
            finally
            {
                // The reads write into the buffers and use the files: they are over before either goes away.
                if (ahead is not null) await ahead.ConfigureAwait(false);
            }

            if (ahead is null) break;
            (current, spare) = (spare!, current);
        }

        if (queues.Failures.Count > 0) return;
        buffers.Return(current.Buffer);
        if (spare is not null) buffers.Return(spare.Buffer);
    }

    public void Dispose()
    {
        foreach (ShardSource? source in _open) source?.Dispose();
    }

    /// <summary>Reads until every block has enough good shards: the data shards first, those that had damage last.</summary>
    private async Task LoadAsync(StripeBatch batch, XlPart part)
    {
        while (true)
        {
            int good = _code.TotalShards;
            uint loaded = 0;
            for (int block = 0; block < batch.Count; block++)
            {
                good = Math.Min(good, (int)uint.PopCount(batch.Good(block)));
                loaded |= batch.Loaded(block);
            }

            // One more than are needed, to compare with.
            int lacking = _code.DataShards + 1 - good;
            if (lacking <= 0) return;
            uint chosen = Choose(lacking, loaded);
            if (chosen == 0 && lacking == 1) return;
            if (chosen == 0) throw new ObjectUnavailableException($"too few good shards of part {part.Number} are left from block {batch.FirstBlock} on");
            await ReadAsync(batch, chosen).ConfigureAwait(false);
        }
    }

    private uint Choose(int lacking, uint loaded)
    {
        uint chosen = 0;
        foreach (bool damaged in (ReadOnlySpan<bool>)[false, true])
        {
            for (int shard = 0; shard < _code.TotalShards && lacking > 0; shard++)
            {
                uint bit = 1u << shard;
                if (_sources[shard] is null || (loaded & bit) != 0 || ((Damaged | _away) & bit) != 0 != damaged) continue;
                chosen |= bit;
                lacking--;
            }
        }

        return chosen;
    }

    private async Task ReadAsync(StripeBatch batch, uint chosen)
    {
        int[] shards = [.. Enumerable.Range(0, _code.TotalShards).Where(shard => (chosen & 1u << shard) != 0)];
        int[] blocks = await Task.WhenAll(shards.Select(shard => ReadAsync(batch, shard))).ConfigureAwait(false);
        for (int i = 0; i < shards.Length; i++)
        {
            batch.Accept(shards[i], blocks[i]);
            if (blocks[i] < batch.Count) Damaged |= 1u << shards[i];
        }

        Damaged |= batch.Check(_path, HighwayKey.Shards, chosen);
        Damaged &= ~Volatile.Read(ref _away);
    }

    /// <summary>How many blocks came whole.</summary>
    private async Task<int> ReadAsync(StripeBatch batch, int shard)
    {
        SourceShard source = _sources[shard]!;
        try
        {
            _open[shard] ??= await source.OpenAsync(queues, _layout).ConfigureAwait(false);
            if (_open[shard] is not { } open) return 0;
            if (!source.Inline.IsEmpty) return batch.Load(shard, open);
            int blocks = await queues[source.Drive].RunAsync(worker => batch.Load(shard, open, worker)).ConfigureAwait(false);
            Interlocked.Add(ref _readBytes, batch.FileBytes(shard).Length);
            return blocks;
        }
        catch (DriveFileException error)
        {
            // Where the medium is damaged the shard is lost; a drive that does not answer may yet have it.
            if (!error.IsMediumError) Interlocked.Or(ref _away, 1u << shard);
            return 0;
        }
    }

    private void Rebuild(StripeBatch batch, int block, uint wanted, XlPart part)
    {
        uint good = batch.Good(block) & ~wanted;
        if (uint.PopCount(good) <= _code.DataShards)
        {
            batch.Rebuild(block, Plan(good, wanted));
            return;
        }

        int compared = 31 - System.Numerics.BitOperations.LeadingZeroCount(good);
        ReadOnlySpan<byte> piece = batch.Piece(compared, block).Span;
        byte[] read = ArrayPool<byte>.Shared.Rent(piece.Length);
        piece.CopyTo(read);
        batch.Rebuild(block, Plan(good & ~(1u << compared), wanted | 1u << compared));
        bool isSame = piece.SequenceEqual(read.AsSpan(0, piece.Length));
        ArrayPool<byte>.Shared.Return(read);
        if (isSame) return;
        throw new ObjectUnavailableException($"the shards of part {part.Number} do not belong together in block {batch.FirstBlock + block}, though each matches its hash; a deep look may tell which is wrong");
    }

    private RebuildPlan Plan(uint good, uint wanted)
    {
        if (_plans.TryGetValue((good, wanted), out RebuildPlan? plan)) return plan;
        // Damage that is scattered over all shards could ask for any combination of them.
        if (_plans.Count == MaxPlans) _plans.Clear();
        return _plans[(good, wanted)] = _code.PlanRebuild(good, wanted);
    }
}
