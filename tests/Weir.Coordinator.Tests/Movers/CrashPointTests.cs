using Weir.Coordinator.Movers.Posix;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Movers;

/// <summary>Every state in which a killed agent can leave a copy and its manifest is one that a restore gets the right content from.</summary>
public sealed class CrashPointTests
{
    /// <param name="point">How many of the steps that change names were done.</param>
    /// <param name="hasManifest">Whether the copy before has a manifest.</param>
    /// <param name="sameSize">Whether both versions have one size.</param>
    [Theory]
    [InlineData(0, true, false)]
    [InlineData(1, true, false)]
    [InlineData(2, true, false)]
    [InlineData(0, true, true)]
    [InlineData(1, true, true)]
    [InlineData(2, true, true)]
    [InlineData(0, false, false)]
    [InlineData(1, false, false)]
    [InlineData(2, false, true)]
    public void Killed_between_any_two_renames_the_archive_has_a_whole_copy(int point, bool hasManifest, bool sameSize)
    {
        using var stage = new MoverStage();
        byte[] before = stage.Write(1, 10_000, seed: 1);
        stage.Run(HsmAction.Archive, 1);
        if (!hasManifest) File.Delete(stage.CopyOf(1) + CopyManifest.Suffix);
        (byte[] oldCopy, DateTime oldTime, byte[]? oldManifest) = Take(stage);

        byte[] after = stage.Write(1, sameSize ? 10_000 : 20_000, seed: 2);
        File.SetLastWriteTimeUtc(stage.PathOf(1), oldTime.AddSeconds(5));
        stage.Run(HsmAction.Archive, 1);
        (byte[] newCopy, DateTime newTime, byte[]? newManifest) = Take(stage);

        // The order: manifest, copy; and where nothing was known of the older copy: copy, manifest.
        bool hasNewManifest = hasManifest ? point >= 1 : point >= 2, hasNewCopy = hasManifest ? point >= 2 : point >= 1;
        Put(stage, hasNewCopy ? newCopy : oldCopy, hasNewCopy ? newTime : oldTime, hasNewManifest ? newManifest : oldManifest);
        File.WriteAllBytes(stage.PathOf(1), []);
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal(hasNewCopy ? after : before, File.ReadAllBytes(stage.PathOf(1)));

        // And the next archive makes it good.
        byte[] last = stage.Write(1, 5_000, seed: 3);
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
        File.WriteAllBytes(stage.PathOf(1), []);
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal(last, File.ReadAllBytes(stage.PathOf(1)));
    }

    private static (byte[] Copy, DateTime Time, byte[]? Manifest) Take(MoverStage stage)
    {
        string manifest = stage.CopyOf(1) + CopyManifest.Suffix;
        return (File.ReadAllBytes(stage.CopyOf(1)), File.GetLastWriteTimeUtc(stage.CopyOf(1)), File.Exists(manifest) ? File.ReadAllBytes(manifest) : null);
    }

    private static void Put(MoverStage stage, byte[] copy, DateTime time, byte[]? manifest)
    {
        File.WriteAllBytes(stage.CopyOf(1), copy);
        File.SetLastWriteTimeUtc(stage.CopyOf(1), time);
        File.Delete(stage.CopyOf(1) + CopyManifest.Suffix);
        if (manifest is not null) File.WriteAllBytes(stage.CopyOf(1) + CopyManifest.Suffix, manifest);
    }
}
