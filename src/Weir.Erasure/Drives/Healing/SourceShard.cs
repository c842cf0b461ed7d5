using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>A shard of a part that others are made from.</summary>
/// <param name="Shard">From 0.</param>
/// <param name="Drive">That it is read from.</param>
/// <param name="Inline">Its bytes where they lie in the metadata; else empty.</param>
/// <param name="Path">Where its file lies below the drive's root.</param>
internal sealed record SourceShard(int Shard, Drive Drive, ReadOnlyMemory<byte> Inline, string Path)
{
    /// <summary>The positions whose shard of a part is good as far as was looked, by shard number from 0; null for the others.</summary>
    public static SourceShard?[] Of(VersionRepair repair, IReadOnlyList<DriveMetadata> answers, ObjectName name, int part)
    {
        XlObject content = repair.Content!;
        var sources = new SourceShard?[content.TotalShards];
        foreach (ShardVerdict shard in repair.Verdict.Shards)
        {
            if ((shard.Needs & ShardNeeds.Unknown) != 0 || shard.Drive is null || shard.Shard == 0 || shard.Parts.Contains(part)) continue;
            ReadOnlyMemory<byte> inline = default;
            if (repair.Verdict.Version!.Holders.TryGetValue(shard.Position, out XlBody? body) && answers[shard.Position].Inline.TryFind(content.VersionId, body.Object!.DataDir, out ReadOnlyMemory<byte> found)) inline = found;
            sources[shard.Shard - 1] = new(shard.Shard - 1, shard.Drive, inline, PartPath(repair, name, part));
        }

        return sources;
    }

    /// <summary>Where a part's shard files lie, below each drive's root.</summary>
    public static string PartPath(VersionRepair repair, ObjectName name, int part)
    {
        string directory = Donors.DataDirName(repair);
        return directory.Length == 0 ? $"{name.Path}/part.{part}" : $"{name.Path}/{directory}/part.{part}";
    }

    /// <summary>Opens it; null where it is not there in full length.</summary>
    /// <exception cref="DriveFileException">It cannot be read.</exception>
    public async Task<ShardSource?> OpenAsync(DriveQueues queues, ShardLayout layout)
    {
        if (!Inline.IsEmpty) return Inline.Length == layout.FileSize ? new(Inline, Path) : null;
        return await queues[Drive].RunAsync(worker =>
        {
            worker.Admit(1, 0);
            IDriveFile? file = Drive.Files.TryOpen(Path);
            if (file is null || file.Length == layout.FileSize) return file is null ? null : new ShardSource(file, $"{Drive.Path}/{Path}");
            file.Dispose();
            return null;
        }).ConfigureAwait(false);
    }
}
