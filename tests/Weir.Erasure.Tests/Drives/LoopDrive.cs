using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives;

/// <summary>Loop devices for tests.</summary>
internal static class LoopDrive
{
    public static void SkipUnlessPossible(string kind)
    {
        string? reason = LoopFileSystem.WhyNot(kind);
        Assert.SkipWhen(reason is not null, reason ?? "");
    }

    /// <summary>Makes one.</summary>
    /// <param name="directory">Where its file and its mount point go; made where it is not there.</param>
    /// <param name="kind">ext4 or xfs.</param>
    /// <param name="sizeBytes">Of the device.</param>
    public static LoopFileSystem Create(string directory, string kind, long sizeBytes)
    {
        Directory.CreateDirectory(directory);
        return LoopFileSystem.Create(Path.Combine(directory, $"{kind}.image"), Path.Combine(directory, $"{kind}.mount"), kind, sizeBytes);
    }
}
