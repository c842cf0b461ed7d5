using System.Diagnostics;

namespace Weir.Erasure.Tests.Drives;

/// <summary>A file system on a loop device over a sparse file, mounted; cutting the file short makes it fail as a dying drive does. All gone when disposed.</summary>
internal sealed class LoopFileSystem : IDisposable
{
    private readonly string _file;
    private readonly string _device;

    private LoopFileSystem(string file, string device, string mountPoint)
    {
        _file = file;
        _device = device;
        MountPoint = mountPoint;
    }

    public string MountPoint { get; }

    public static void SkipUnlessPossible(string kind) => Assert.SkipUnless(
        Environment.IsPrivilegedProcess && File.Exists("/dev/loop-control") && (File.Exists($"/usr/sbin/mkfs.{kind}") || File.Exists($"/sbin/mkfs.{kind}")), $"needs root, loop devices and mkfs.{kind}");

    /// <summary>Makes one.</summary>
    /// <param name="directory">Where its file and its mount point go.</param>
    /// <param name="kind">ext4 or xfs.</param>
    /// <param name="sizeBytes">Of the device.</param>
    public static LoopFileSystem Create(string directory, string kind, long sizeBytes)
    {
        string file = Path.Combine(directory, $"{kind}.image"), mountPoint = Path.Combine(directory, $"{kind}.mount");
        using (FileStream stream = File.Create(file)) stream.SetLength(sizeBytes);
        Directory.CreateDirectory(mountPoint);
        string device = Run("losetup", "--find", "--show", file).Trim();
        var made = new LoopFileSystem(file, device, mountPoint);
        try
        {
            Run($"mkfs.{kind}", "-q", device);
            Run("mount", "-t", kind, device, mountPoint);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Everything from here on is lost: the kernel answers with I/O errors.</summary>
    public void CutShort(long bytes)
    {
        Run("sync", "-f", MountPoint);
        using FileStream stream = File.OpenWrite(_file);
        stream.SetLength(bytes);
    }

    public void Dispose()
    {
        TryRun("umount", "--lazy", MountPoint);
        TryRun("losetup", "--detach", _device);
    }

    public static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
    }

    private static void TryRun(string program, params string[] arguments)
    {
        try
        {
            Run(program, arguments);
        }
        catch (InvalidOperationException)
        {
            // It may not be mounted yet, or be gone already; the directory is removed in any case.
        }
    }
}
