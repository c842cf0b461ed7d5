using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Puts what was made for one position into its place: all pieces are durable and read back before the first is renamed, shards before
/// the record that refers to them. Each rename leaves the object better than before, so that it may stop after any.
/// </summary>
internal sealed class PositionCommit(HealDrives drives, ObjectName name, IReadOnlyList<Drive?> siblings, PositionWork work, HealJournal? journal)
{
    /// <summary>Larger metadata is not rewritten.</summary>
    private const int MaxMetadataBytes = 256 << 20;

    /// <summary>Pieces that are opened before they are read back; of objects with very many parts the others are in their turn.</summary>
    private const int MaxOpened = 2;

    private readonly TargetDrive _target = work.Target;
    private readonly string _metadataPath = $"{name.Path}/{XlMeta.FileName}";
    private readonly List<string> _dropped = [];

    /// <summary>Staged pieces that were opened to be read back, by path.</summary>
    private readonly Dictionary<string, IDriveFile?> _opened = [];
    private byte[]? _before;
    private byte[]? _after;
    private StagedPiece? _metadata;

    /// <param name="doubt">Why a damaged xl.meta must not be replaced by one with fewer versions; null where it may.</param>
    /// <param name="stillWanted">Asked last before anything is put into its place; says why not, or null.</param>
    public async Task RunAsync(string? doubt, Func<Task<string?>>? stillWanted)
    {
        DriveQueue queue = drives.Queues[_target.Drive];
        try
        {
            if (_target.Failure is { } failure) throw new DriveFileException(failure);
            bool isWhole = DropFailed();
            if (work.Records.Count > 0) await queue.RunAsync(worker => StageMetadata(worker, isWhole ? doubt : "some of what it may hold could not be made again")).ConfigureAwait(false);
            string[] staged = [.. work.Shards.Select(shard => shard.Piece.StagedPath), .. _metadata is null ? (string[])[] : [_metadata.StagedPath]];
            if (staged.Length == 0) return;
            await drives.Barrier(_target.Drive).SyncAsync(staged).ConfigureAwait(false);
            // The drive reads some of them while others are opened.
            await queue.RunAsync(worker => OpenStaged(worker, staged)).ConfigureAwait(false);
            await queue.RunAsync(ReadBack).ConfigureAwait(false);
            if (stillWanted is not null && await stillWanted().ConfigureAwait(false) is { } reason) throw new DriveFileException(reason);
            journal?.Intend(name, _target.Drive, [.. work.Shards.Select(shard => shard.Piece.TargetPath), .. _metadata is null ? (string[])[] : [_metadata.TargetPath]]);
            HashSet<string> changed = await queue.RunAsync(PutInPlace).ConfigureAwait(false);
            await drives.Barrier(_target.Drive).SyncAsync(changed).ConfigureAwait(false);
            Note();
        }
        catch (DriveFileException error)
        {
            _target.Failed(error);
            work.FailAll(error.Message);
        }
        catch (ErasureFormatException error)
        {
            work.FailAll($"{_target.Drive.Path}/{_metadataPath}: {error.Message}");
        }
        finally
        {
            foreach (IDriveFile? file in _opened.Values) file?.Dispose();
            await RemoveStagedAsync(queue).ConfigureAwait(false);
        }
    }

    private bool StageMetadata(DriveWorker worker, string? doubt)
    {
        // Its stamp, and the file opened and read.
        worker.Admit(3, work.Answer.FileBytes);
        DriveStamp? stamp = _target.Store.FindStamp(_target.Root, _metadataPath);
        XlMeta? current = ReadCurrent();
        if (work.Answer.State == MetadataState.Found) CheckSeen(current);
        else if (current is not null) throw new ErasureFormatException("it can be read now, and could not before");
        else if (stamp is not null && doubt is not null) throw new ErasureFormatException(doubt);
        // Oldest first: a new file then has its inline shards in the order that they were written in.
        _after = MetadataMerge.Build(current, [.. Enumerable.Reverse(work.Records).Select(record => record.Change)]);
        worker.Admit(4, _after.Length);
        string staged = _target.NewName();
        Directories.EnsureStaging(_target);
        DriveOwner owner = _target.Store.FindOwner(_target.Root, _metadataPath) ?? SiblingOwners.Of(siblings, _metadataPath, isDirectory: false);
        _metadata = new(staged, _metadataPath, stamp);
        using IDriveOutput output = _target.Store.CreateFile(_target.Root, staged, owner);
        output.Write(_after);
        return true;
    }

    private XlMeta? ReadCurrent()
    {
        if (work.Answer.State == MetadataState.Unknown) return null;
        try
        {
            _before = _target.Drive.Files.TryReadAll(_metadataPath, MaxMetadataBytes);
            return _before is null ? null : XlMeta.Parse(_before);
        }
        catch (ErasureFormatException) when (work.Answer.State == MetadataState.Damaged)
        {
            return null;
        }
    }

    /// <summary>The file must be the one that was judged.</summary>
    private void CheckSeen(XlMeta? current)
    {
        bool isSame = current is not null && current.VersionCount == work.Answer.Versions.Count
            && current.Versions.Zip(work.Answer.Versions).All(pair => pair.First.RawBody.Span.SequenceEqual(pair.Second.RawBody.Span));
        if (!isSame) throw new ErasureFormatException("it changed since it was looked at");
    }

    /// <summary>What failed while it was made goes no further; of a version without its shards here the record does not either. Says whether nothing failed.</summary>
    private bool DropFailed()
    {
        foreach (var shard in work.Shards.Where(shard => work.FailureOf(shard.Repair.Verdict.VersionId!.Value) is not null).ToList())
        {
            work.Shards.Remove(shard);
            _dropped.Add(shard.Piece.StagedPath);
        }

        return work.Records.RemoveAll(record => work.FailureOf(record.Repair.Verdict.VersionId!.Value) is not null) == 0 && _dropped.Count == 0;
    }

    private bool OpenStaged(DriveWorker worker, IEnumerable<string> paths)
    {
        foreach (string path in paths.Take(MaxOpened))
        {
            worker.Admit(1, 0);
            _opened[path] = PieceCheck.Open(_target.Drive, path);
        }

        return true;
    }

    private bool ReadBack(DriveWorker worker)
    {
        foreach (var shard in work.Shards)
        {
            string path = shard.Piece.StagedPath;
            string? fault = _opened.TryGetValue(path, out IDriveFile? file)
                ? PieceCheck.Shard(worker, file, _target.Drive, path, shard.Layout)
                : PieceCheck.Shard(worker, _target.Drive, path, shard.Layout);
            if (fault is not null) throw new DriveFileException($"What was written does not read back: {fault}");
            work.WrittenBytes += shard.Layout.FileSize;
        }

        if (_metadata is null) return true;
        worker.Admit(2, _after!.Length);
        string? wrong = _opened.TryGetValue(_metadata.StagedPath, out IDriveFile? metadata)
            ? PieceCheck.Bytes(metadata, _target.Drive, _metadata.StagedPath, _after)
            : PieceCheck.Bytes(_target.Drive, _metadata.StagedPath, _after);
        if (wrong is not null) throw new DriveFileException($"What was written does not read back: {wrong}");
        work.WrittenBytes += _after!.Length;
        return true;
    }

    private HashSet<string> PutInPlace(DriveWorker worker)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var shard in work.Shards)
        {
            worker.Admit(2, 0);
            Put(shard.Piece, changed);
        }

        if (_metadata is null) return changed;
        // The old one opened and read, and what each rename takes.
        worker.Admit(_before is null ? 2 : 4, _before?.Length ?? 0);
        // The other versions in the file must be those that the new one was made from.
        if (_before is not null && PieceCheck.Bytes(_target.Drive, _metadataPath, _before) is not null) throw new DriveFileException($"{_target.Drive.Path}/{_metadataPath} changed while it was repaired");
        Put(_metadata, changed);
        return changed;
    }

    private void Put(StagedPiece piece, HashSet<string> changed)
    {
        string directory = piece.TargetPath[..piece.TargetPath.LastIndexOf('/')];
        Directories.Ensure(_target, directory, siblings, changed);
        if (_target.Store.FindStamp(_target.Root, piece.TargetPath) != piece.Before) throw new DriveFileException($"{_target.Drive.Path}/{piece.TargetPath} changed while it was repaired");
        _target.Store.Rename(_target.Root, piece.StagedPath, piece.TargetPath, replaces: piece.Before is not null);
        changed.Add(directory);
    }

    private void Note()
    {
        foreach (var shard in work.Shards) work.Done.Add((shard.Repair.Verdict.VersionId!.Value, new(_target.Drive, shard.Shard, shard.Piece.TargetPath, shard.Part)));
        foreach (var record in work.Records) work.Done.Add((record.Repair.Verdict.VersionId!.Value, new(_target.Drive, record.Shard, _metadataPath, null)));
    }

    private async Task RemoveStagedAsync(DriveQueue queue)
    {
        string[] rest = [.. _dropped, .. work.Shards.Select(shard => shard.Piece.StagedPath), .. _metadata is null ? (string[])[] : [_metadata.StagedPath]];
        if (rest.Length == 0 || (work.Done.Count > 0 && _dropped.Count == 0)) return;
        try
        {
            await queue.RunAsync(_ =>
            {
                foreach (string path in rest) _target.Store.Remove(_target.Root, path);
                return true;
            }).ConfigureAwait(false);
        }
        catch (DriveFileException)
        {
            // The next run removes what is left.
        }
    }
}
