using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Reads every block of a version: its hash, on the threads of its drive, and then whether the pieces of each block belong together. The
/// next batch is read while the parity of one is checked.
/// </summary>
internal sealed class DeepCheck(DriveQueues queues, ExamineOptions options, DeepMemory memory)
{
    /// <summary>
    /// Of each shard: from the cache as much as stays in the processor's, and yet some blocks of the usual size, which are hashed side by
    /// side; from a drive as much as is worth a seek.
    /// </summary>
    private const int CachedBytes = 544 << 10, UncachedBytes = 1088 << 10;

    /// <summary>Of each shard: what its drive is told of before its turn comes.</summary>
    private const int AheadBytes = UncachedBytes;

    /// <summary>So many blocks that do not belong together are looked into, a part.</summary>
    private const int MaxExplained = 16;

    /// <summary>Objects and work beyond which no ETag is asked which shards are right.</summary>
    private const long MaxArbitratedBytes = 256L << 20, MaxArbitratedWork = 8L << 30;

    private const uint All = uint.MaxValue;

    private readonly CodingPath _path = CodingPaths.Current;

    /// <summary>Bytes of shard files that were read so far.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>Checks all parts of a version.</summary>
    public async Task RunAsync(VersionCase version, CancellationToken cancellationToken)
    {
        var code = new ReedSolomon(version.Content!.Data, version.Content.Parity);
        using (ETagCheck? etag = options.ChecksETag ? ETagCheck.For(version, code) : null)
        {
            await RunAsync(version, code, etag, All, isBlaming: true, cancellationToken).ConfigureAwait(false);
            etag?.Finish();
        }

        if (version.IsContradictory) await ArbitrateAsync(version, code, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Shards that are whole each and do not belong together, without the code being able to tell which are wrong: the ETag can. As many as
    /// there are data shards are taken at a time, until they give its bytes; what differs from those is wrong.
    /// </summary>
    private async Task ArbitrateAsync(VersionCase version, ReedSolomon code, CancellationToken cancellationToken)
    {
        if (version.IsLegacy || version.Content!.Size > MaxArbitratedBytes) return;
        uint[] choices =
        [
            .. Enumerable.Range(1, (1 << code.TotalShards) - 1).Select(choice => (uint)choice)
                .Where(choice => uint.PopCount(choice) == code.DataShards && version.Shards.All(shard => (choice >> (shard.Shard - 1) & 1) == 0 || shard.HasData)),
        ];
        if (choices.Length * version.Content.Size > MaxArbitratedWork) return;
        foreach (uint choice in choices)
        {
            using ETagCheck? etag = ETagCheck.For(version, code);
            if (etag is null) return;
            await RunAsync(version, code, etag, choice, isBlaming: false, cancellationToken).ConfigureAwait(false);
            if (!etag.Matches) continue;
            version.IsContradictory = false;
            version.Findings.RemoveAll(finding => finding.Kind == FindingKind.ParityMismatch);
            await RunAsync(version, code, null, choice, isBlaming: true, cancellationToken).ConfigureAwait(false);
            return;
        }
    }

    /// <summary>Reads all parts once.</summary>
    /// <param name="version">The version.</param>
    /// <param name="code">Its code.</param>
    /// <param name="etag">Gets the object's bytes; or null.</param>
    /// <param name="trusted">The shards that the bytes are made from, and by which the others are judged.</param>
    /// <param name="isBlaming">Whether shards that do not belong to the others are noted.</param>
    /// <param name="cancellationToken">Ends it between batches.</param>
    private async Task RunAsync(VersionCase version, ReedSolomon code, ETagCheck? etag, uint trusted, bool isBlaming, CancellationToken cancellationToken)
    {
        foreach (XlPart part in version.Content!.Parts.Where(part => part.Size > 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await RunAsync(version, part, code, etag, trusted, isBlaming, cancellationToken).ConfigureAwait(false))
            {
                version.IsLegacy = true;
                await RunAsync(version, part, code, etag, trusted, isBlaming, cancellationToken).ConfigureAwait(false);
            }

            etag?.EndPart();
        }
    }

    /// <summary>Checks a part; false where its shards turned out to be early RustFS's, and nothing was noted.</summary>
    private async Task<bool> RunAsync(VersionCase version, XlPart part, ReedSolomon code, ETagCheck? etag, uint trusted, bool isBlaming, CancellationToken cancellationToken)
    {
        XlDialect dialect = version.IsLegacy ? XlDialect.RustFsLegacy : version.Content!.Dialect;
        var layout = new ShardLayout(version.Content!, part.Size, dialect);
        HighwayKey key = dialect == XlDialect.RustFsLegacy ? HighwayKey.RustFsLegacyShards : HighwayKey.Shards;
        DeepShard?[] shards = await OpenAsync(version, part, layout).ConfigureAwait(false);
        int target = options.TrustsCache ? CachedBytes : UncachedBytes;
        // Reserved for two batches, also where one is enough: that is a matter of small parts.
        long reserved = 2 * DeepBatch.BytesFor(layout, code.TotalShards, target);
        await memory.ReserveAsync(reserved).ConfigureAwait(false);
        DeepBatch current = new(layout, code.TotalShards, target, memory);
        DeepBatch? spare = layout.Blocks > current.Capacity ? new(layout, code.TotalShards, target, memory) : null;
        bool isAbandoned = false;
        try
        {
            current.Start(0);
            isAbandoned |= await LoadAsync(current, shards, key).ConfigureAwait(false);
            if (IsOtherDialect(version, current, shards)) return false;
            PartParity? parity = dialect == XlDialect.RustFsLegacy || !isBlaming ? null : new(version, part, code, MaxExplained, trusted);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long next = current.FirstBlock + current.Count;
                Task<bool>? ahead = null;
                if (next < layout.Blocks)
                {
                    spare!.Start(next);
                    ahead = LoadAsync(spare, shards, key);
                }

                try
                {
                    parity?.Check(current);
                    etag?.Take(current, layout, trusted);
                }
                finally
                {
                    // The reads write into the buffers and use the files: they are over, or given up, before either goes away.
                    if (ahead is not null) isAbandoned |= await ahead.ConfigureAwait(false);
                }

                if (ahead is null) break;
                (current, spare) = (spare!, current);
            }

            foreach (DeepShard? shard in shards) shard?.Finish(layout.Blocks);
            parity?.Finish(shards);
            return true;
        }
        finally
        {
            ReadBytes += layout.FileSize * shards.Count(shard => shard is { IsGivenUp: false, State.IsInline: false });
            foreach (DeepShard? shard in shards) shard?.Source.Dispose();
            memory.Release(reserved);
            // A call that hangs may yet write where it was told to: that memory is lost with it.
            if (!isAbandoned)
            {
                current.Dispose();
                spare?.Dispose();
            }
        }
    }

    /// <summary>The shards by number that are worth reading: those that are there in full length.</summary>
    private async Task<DeepShard?[]> OpenAsync(VersionCase version, XlPart part, ShardLayout layout)
    {
        var shards = new DeepShard?[version.Shards.Count];
        await Task.WhenAll(version.Shards.Where(state => !state.IsPartBad(part.Number)).Select(async state =>
        {
            if (await OpenAsync(version, state, part, layout).ConfigureAwait(false) is { } source) shards[state.Shard - 1] = new(state, source, part.Number);
        })).ConfigureAwait(false);
        return shards;
    }

    private async Task<ShardSource?> OpenAsync(VersionCase version, ShardState state, XlPart part, ShardLayout layout)
    {
        Drive drive = state.Drive!;
        if (state.IsInline)
        {
            XlObject own = version.Records.Chosen!.Holders[state.Position].Object!;
            return version.Answers[state.Position].Inline.TryFind(version.Records.VersionId, own.DataDir, out ReadOnlyMemory<byte> inline)
                ? new(inline, $"{drive.Path}/{version.Name.Path}/{XlMeta.FileName} (inline)")
                : null;
        }

        XlWholeHash? whole = layout.HashBytes > 0 ? null : version.Records.At(state.Position)?.Body?.Object?.WholeHashes.FirstOrDefault(hash => hash.PartNumber == part.Number);
        if (layout.HashBytes == 0 && whole is null)
        {
            state.BadPart(FindingKind.PartDamaged, part.Number, "the metadata with the hash of the shard is lost");
            return null;
        }

        try
        {
            return await queues[drive].RunAsync(worker => Open(worker, version, state, part, whole)).ConfigureAwait(false);
        }
        catch (DriveFileException error)
        {
            if (error.IsMediumError) state.BadPart(FindingKind.PartUnreadable, part.Number, error.Message);
            else state.Unknown(FindingKind.DriveFailed, $"{drive.Path}: {error.Message}");
            return null;
        }
    }

    private ShardSource? Open(DriveWorker worker, VersionCase version, ShardState state, XlPart part, XlWholeHash? whole)
    {
        string path = version.PartPath(part.Number), where = $"{state.Drive!.Path}/{path}";
        worker.Admit(1, 0);
        IDriveFile? file = state.Drive.Files.TryOpen(path);
        if (file is null)
        {
            state.BadPart(FindingKind.PartMissing, part.Number, $"{where} is not there");
            return null;
        }

        if (!options.TrustsCache)
        {
            file.DropCache();
            // The drive has something to do while this waits for memory.
            file.WillRead(0, Math.Min(file.Length, AheadBytes));
        }

        var source = new ShardSource(file, where);
        if (whole is null || WholeFileHash.Check(source, whole) is not { } fault) return source;
        worker.Charge(1, source.Length);
        state.BadPart(FindingKind.PartDamaged, part.Number, fault);
        source.Dispose();
        return null;
    }

    /// <summary>Reads a batch of all shards and checks the hashes; true where a call was given up while it ran.</summary>
    private async Task<bool> LoadAsync(DeepBatch batch, DeepShard?[] shards, HighwayKey key)
    {
        bool isAbandoned = false;
        var loads = new List<Task>(shards.Length);
        for (int i = 0; i < shards.Length; i++)
        {
            if (shards[i] is { IsGivenUp: false } shard) loads.Add(LoadAsync(shard, i));
        }

        await Task.WhenAll(loads).ConfigureAwait(false);
        return isAbandoned;

        async Task LoadAsync(DeepShard shard, int number)
        {
            try
            {
                batch.Good[number] = shard.State.IsInline
                    ? DeepShard.Load(batch, number, shard.Source, _path, key, null)
                    : await queues[shard.State.Drive!].RunAsync(worker => DeepShard.Load(batch, number, shard.Source, _path, key, worker)).ConfigureAwait(false);
                shard.Note(batch, batch.Good[number]);
            }
            catch (DriveFileException error)
            {
                if (queues[shard.State.Drive!].Failure is not null) isAbandoned = true;
                shard.GiveUp(error);
            }
        }
    }

    /// <summary>Metadata that a later release rewrote does not say any more that early RustFS wrote the shards; their hashes do.</summary>
    private bool IsOtherDialect(VersionCase version, DeepBatch batch, DeepShard?[] shards)
    {
        if (version.IsLegacy || version.Content!.Dialect != XlDialect.Modern) return false;
        int[] read = [.. Enumerable.Range(0, shards.Length).Where(shard => shards[shard] is { IsGivenUp: false })];
        if (read.Length == 0 || read.Any(shard => (batch.Good[shard] & 1) != 0)) return false;
        return read.Any(shard => (batch.CheckHashes(shard, 1, _path, HighwayKey.RustFsLegacyShards) & 1) != 0);
    }
}
