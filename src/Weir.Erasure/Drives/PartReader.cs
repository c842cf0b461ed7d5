using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>
/// Reads one part: a batch of blocks from as many shards as there are data shards, every hash checked, more shards where one fails, and
/// what is missing rebuilt. The next batch is read while one is given out.
/// </summary>
internal sealed class PartReader : IDisposable
{
    private const int MaxPlans = 64;

    private readonly LocatedObject _located;
    private readonly XlPart _part;
    private readonly ShardSet _shards;
    private readonly ReedSolomon _code;
    private readonly HighwayKey _key;
    private readonly RebuildLedger _ledger;
    private readonly Dictionary<uint, RebuildPlan> _plans = [];
    private uint _suspect;

    public PartReader(LocatedObject located, XlPart part, RebuildLedger ledger)
    {
        _located = located;
        _part = part;
        _ledger = ledger;
        _shards = ShardSet.Open(located, part);
        _code = new(located.Content.Data, located.Content.Parity);
        _key = _shards.Dialect == XlDialect.RustFsLegacy ? HighwayKey.RustFsLegacyShards : HighwayKey.Shards;
    }

    /// <summary>Writes bytes of the part.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="offset">The first byte within the part.</param>
    /// <param name="length">How many; the part has them.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ObjectUnavailableException">Too few good shards of some block are left.</exception>
    public async Task CopyToAsync(Stream destination, long offset, long length, CancellationToken cancellationToken)
    {
        ShardLayout layout = _shards.Layout;
        long first = offset / layout.BlockSize, end = (offset + length - 1) / layout.BlockSize + 1;
        var current = new StripeBatch(layout, _code.TotalShards);
        StripeBatch? spare = end - first > current.Capacity ? new(layout, _code.TotalShards) : null;
        current.Start(first, end - first);
        await LoadAsync(current).ConfigureAwait(false);
        while (true)
        {
            long next = current.FirstBlock + current.Count;
            Task? ahead = null;
            if (next < end)
            {
                spare!.Start(next, end - next);
                ahead = LoadAsync(spare);
            }

            try
            {
                await WriteAsync(current, destination, offset, length, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // The reads write into the buffers and use the files: they are over before either goes away.
                if (ahead is not null) await ahead.ConfigureAwait(false);
            }

            if (ahead is null) return;
            (current, spare) = (spare!, current);
        }
    }

    public void Dispose() => _shards.Dispose();

    /// <summary>Makes every block of a batch complete in its data shards.</summary>
    private async Task LoadAsync(StripeBatch batch)
    {
        while (true)
        {
            uint wanted = Choose(batch);
            if (wanted == 0) break;
            await ReadAsync(batch, wanted).ConfigureAwait(false);
        }

        for (int block = 0; block < batch.Count; block++) Complete(batch, block);
    }

    /// <summary>The shards to read next so that each block may have enough: the data shards first, and those that had damage last.</summary>
    private uint Choose(StripeBatch batch)
    {
        int lacking = 0;
        uint loaded = 0;
        for (int block = 0; block < batch.Count; block++)
        {
            lacking = Math.Max(lacking, _code.DataShards - (int)uint.PopCount(batch.Good(block)));
            loaded |= batch.Loaded(block);
        }

        uint wanted = 0;
        foreach (bool suspect in (ReadOnlySpan<bool>)[false, true])
        {
            for (int shard = 0; shard < _code.TotalShards && lacking > 0; shard++)
            {
                uint bit = 1u << shard;
                if (_shards[shard] is null || (loaded & bit) != 0 || (_suspect & bit) != 0 != suspect) continue;
                wanted |= bit;
                lacking--;
            }
        }

        return wanted;
    }

    private async Task ReadAsync(StripeBatch batch, uint wanted)
    {
        var reads = new List<Task<(int Blocks, string? Fault)>>(_code.TotalShards);
        var shards = new List<int>(_code.TotalShards);
        for (int shard = 0; shard < _code.TotalShards; shard++)
        {
            if ((wanted & 1u << shard) == 0) continue;
            ShardSource source = _shards[shard]!;
            int number = shard;
            shards.Add(shard);
            reads.Add(Task.Run(() => Load(batch, number, source)));
        }

        (int Blocks, string? Fault)[] outcomes = await Task.WhenAll(reads).ConfigureAwait(false);
        for (int i = 0; i < outcomes.Length; i++)
        {
            batch.Accept(shards[i], outcomes[i].Blocks);
            if (outcomes[i].Fault is { } fault) _shards.Drop(shards[i], fault);
        }

        uint damaged = batch.Check(_code.Path, _key, wanted);
        _suspect |= damaged;
        for (int shard = 0; shard < _code.TotalShards; shard++)
        {
            if ((damaged & 1u << shard) != 0) _ledger.Damaged(_part.Number, shard, $"{_shards[shard]?.Where} has blocks that do not match their hash");
        }
    }

    private static (int Blocks, string? Fault) Load(StripeBatch batch, int shard, ShardSource source)
    {
        try
        {
            int blocks = batch.Load(shard, source);
            return (blocks, blocks == batch.Count ? null : $"{source.Where} became shorter while it was read");
        }
        catch (IOException error)
        {
            return (0, $"{source.Where} cannot be read: {error.Message}");
        }
    }

    private void Complete(StripeBatch batch, int block)
    {
        uint data = (1u << _code.DataShards) - 1;
        uint good = batch.Good(block), missing = data & ~good;
        if (missing == 0) return;
        string where = $"{_located.Name}, part {_part.Number}, block {batch.FirstBlock + block}";
        if (uint.PopCount(good) < _code.DataShards)
        {
            throw new ObjectUnavailableException(
                $"{where}: {uint.PopCount(good)} shards are good, and {_code.DataShards} are needed. {string.Join("; ", ((string[])[_shards.Faults, _ledger.DamageOf(_part.Number)]).Where(text => text.Length > 0))}");
        }

        if (_shards.Dialect == XlDialect.RustFsLegacy)
        {
            throw new ObjectUnavailableException(
                $"{where}: data shards are lost, and the object was written by RustFS before alpha.87, whose parity follows another code. {_shards.Faults}");
        }

        batch.Rebuild(block, Plan(good, missing));
        for (int shard = 0; shard < _code.DataShards; shard++)
        {
            if ((missing & 1u << shard) != 0) _ledger.Rebuilt(_part.Number, shard, _shards.Fault(shard));
        }
    }

    private RebuildPlan Plan(uint good, uint missing)
    {
        if (_plans.TryGetValue(good, out RebuildPlan? plan)) return plan;
        // Damage that is scattered over all shards could ask for any combination of them.
        if (_plans.Count == MaxPlans) _plans.Clear();
        return _plans[good] = _code.PlanRebuild(good, missing);
    }

    private async Task WriteAsync(StripeBatch batch, Stream destination, long offset, long length, CancellationToken cancellationToken)
    {
        ShardLayout layout = _shards.Layout;
        for (int block = 0; block < batch.Count; block++)
        {
            long at = (batch.FirstBlock + block) * layout.BlockSize;
            long blockEnd = at + layout.BlockSizeOf(batch.FirstBlock + block);
            int piece = layout.PieceSizeOf(batch.FirstBlock + block);
            for (int shard = 0; shard < _code.DataShards; shard++, at += piece)
            {
                // What lies past the block's end is padding.
                long from = Math.Max(at, offset), to = Math.Min(Math.Min(at + piece, blockEnd), offset + length);
                if (from >= to) continue;
                await destination.WriteAsync(batch.Piece(shard, block).Slice((int)(from - at), (int)(to - from)), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
