using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Makes what positions lack of one version, and stages it. Shards that were taken for good and turn out to be damaged are made too.
/// </summary>
internal sealed class VersionRebuild(HealDrives drives, ObjectName name, IReadOnlyList<Drive?> siblings, VersionRepair repair, IReadOnlyList<DriveMetadata> answers, Func<int, PositionWork> work)
{
    private readonly Guid _versionId = repair.Verdict.VersionId!.Value;

    /// <summary>By position: the parts that are made.</summary>
    private readonly Dictionary<int, SortedSet<int>> _lacking = [];

    private readonly Dictionary<int, ReadOnlyMemory<byte>> _inline = [];

    public long ReadBytes { get; private set; }

    /// <exception cref="ObjectUnavailableException">Too few good shards are left.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (ShardRepair shard in repair.Shards) _lacking[shard.Position] = [.. shard.Parts];
        if (repair.Content is { Size: > 0, IsRemote: false } content)
        {
            foreach (ShardRepair shard in repair.Shards.Where(shard => shard.NeedsRecord)) await CheckHeldAsync(shard, content).ConfigureAwait(false);
            foreach (XlPart part in content.Parts.Where(part => part.Size > 0))
            {
                if (_lacking.Values.Any(parts => parts.Contains(part.Number))) await RebuildAsync(content, part, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (int position in _lacking.Keys.Order()) AddRecord(position);
    }

    /// <summary>A part without its record counted as good by its size alone: before it gets the record it is read.</summary>
    private async Task CheckHeldAsync(ShardRepair shard, XlObject content)
    {
        foreach (XlPart part in content.Parts.Where(part => part.Size > 0 && !shard.Parts.Contains(part.Number)))
        {
            var layout = new ShardLayout(content, part.Size, content.Dialect);
            string path = SourceShard.PartPath(repair, name, part.Number);
            string? fault;
            try
            {
                fault = await drives.Queues[shard.Drive].RunAsync(worker => PieceCheck.Shard(worker, shard.Drive, path, layout)).ConfigureAwait(false);
                ReadBytes += layout.FileSize;
            }
            catch (DriveFileException error)
            {
                fault = error.Message;
            }

            if (fault is not null) _lacking[shard.Position].Add(part.Number);
        }
    }

    private async Task RebuildAsync(XlObject content, XlPart part, CancellationToken cancellationToken)
    {
        SourceShard?[] sources = SourceShard.Of(repair, answers, name, part.Number);
        foreach ((int position, SortedSet<int> parts) in _lacking)
        {
            if (parts.Contains(part.Number)) sources[content.Distribution[position] - 1] = null;
        }

        HashSet<int> made = [];
        while (true)
        {
            int[] positions = [.. _lacking.Where(lacking => lacking.Value.Contains(part.Number) && made.Add(lacking.Key)).Select(lacking => lacking.Key).Order()];
            if (positions.Length == 0) return;
            uint damaged = await RebuildAsync(content, part, sources, positions, cancellationToken).ConfigureAwait(false);
            for (int shard = 0; shard < sources.Length; shard++)
            {
                if ((damaged & 1u << shard) == 0) continue;
                sources[shard] = null;
                int position = content.Distribution.ToList().IndexOf(shard + 1);
                if (!_lacking.TryGetValue(position, out SortedSet<int>? parts)) _lacking[position] = parts = [];
                parts.Add(part.Number);
            }
        }
    }

    private async Task<uint> RebuildAsync(XlObject content, XlPart part, SourceShard?[] sources, int[] positions, CancellationToken cancellationToken)
    {
        var layout = new ShardLayout(content, part.Size, content.Dialect);
        string path = SourceShard.PartPath(repair, name, part.Number);
        var sinks = new List<(int Position, PieceSink Sink, DriveStamp? Before)>();
        using var rebuilder = new PartRebuilder(drives.Queues, drives.Buffers);
        try
        {
            foreach (int position in positions) await OpenAsync(position, content.Distribution[position] - 1, path, sinks).ConfigureAwait(false);
            PieceSink[] open = [.. sinks.Select(sink => sink.Sink).Where(sink => sink.Failure is null)];
            if (open.Length > 0) await rebuilder.RunAsync(content, part, sources, open, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach ((int position, PieceSink sink, DriveStamp? before) in sinks)
            {
                sink.Dispose();
                if (sink.Path is null) continue;
                // Also what is given up is taken down, so that it is removed.
                work(position).Shards.Add((repair, part.Number, sink.Shard + 1, new(sink.Path, path, before), layout));
                if (sink.Failure is { } failure) work(position).Fail(_versionId, failure.Message);
            }

            ReadBytes += rebuilder.ReadBytes;
        }

        foreach ((int position, PieceSink sink, _) in sinks)
        {
            if (sink.Path is null) _inline[position] = sink.Bytes;
        }

        return rebuilder.Damaged;
    }

    private async Task OpenAsync(int position, int shard, string path, List<(int, PieceSink, DriveStamp?)> sinks)
    {
        PositionWork own = work(position);
        if (repair.Verdict.IsInline)
        {
            sinks.Add((position, PieceSink.InMemory(shard), null));
            return;
        }

        if (own.Target.Failure is { } failure)
        {
            own.Fail(_versionId, failure);
            return;
        }

        try
        {
            (DriveOwner owner, DriveStamp? before) = await drives.Queues[own.Target.Drive].RunAsync(worker =>
            {
                worker.Admit(2, 0);
                return (SiblingOwners.Of(siblings, path, isDirectory: false), own.Target.Store.FindStamp(own.Target.Root, path));
            }).ConfigureAwait(false);
            sinks.Add((position, await PieceSink.OpenAsync(shard, own.Target, drives.Queues[own.Target.Drive], owner).ConfigureAwait(false), before));
        }
        catch (DriveFileException error)
        {
            own.Fail(_versionId, error.Message);
        }
    }

    private void AddRecord(int position)
    {
        PositionWork own = work(position);
        int shard = repair.Content is { } content ? content.Distribution[position] : 0;
        // A plain null would become an empty shard.
        ReadOnlyMemory<byte>? inline = _inline.TryGetValue(position, out ReadOnlyMemory<byte> bytes) ? bytes : (ReadOnlyMemory<byte>?)null;
        bool needsRecord = repair.Shards.Any(repaired => repaired.Position == position && repaired.NeedsRecord);
        if (!needsRecord && inline is null) return;
        try
        {
            own.Records.Add((repair, shard, needsRecord ? Donors.For(repair, answers, shard, inline) : new(_versionId, null, 0, 0, inline)));
        }
        catch (ErasureFormatException error)
        {
            own.Fail(_versionId, error.Message);
        }
    }
}
