using System.Diagnostics;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>A file system of its own in a file, mounted; gone with the test. Tests with it are skipped where that is not possible.</summary>
internal sealed class LoopDrive : IDisposable
{
    private readonly string _image;
    private bool _isMounted;

    private LoopDrive(string image, string path)
    {
        _image = image;
        Path = path;
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    public static LoopDrive Make(string directory, string name, string fileSystem)
    {
        string tool = $"/usr/sbin/mkfs.{fileSystem}";
        if (!Environment.IsPrivilegedProcess || !File.Exists("/dev/loop-control") || !File.Exists(tool)) Assert.Skip($"A loop device with {fileSystem} takes root and {tool}.");
        if (!File.ReadAllText("/proc/filesystems").Split().Contains(fileSystem)) Assert.Skip($"The kernel has no {fileSystem}.");
        var drive = new LoopDrive(System.IO.Path.Combine(directory, name + ".img"), System.IO.Path.Combine(directory, name));
        Directory.CreateDirectory(drive.Path);
        using (FileStream image = File.Create(drive._image)) image.SetLength(fileSystem == "xfs" ? 320 << 20 : 64 << 20);
        Run(tool, fileSystem == "xfs" ? ["-q", "-f", drive._image] : ["-q", "-F", "-E", "lazy_itable_init=0", drive._image]);
        try
        {
            drive.Mount();
        }
        catch (InvalidOperationException error)
        {
            Assert.Skip($"Nothing can be mounted here: {error.Message}");
        }

        return drive;
    }

    public void Mount()
    {
        Run("mount", ["-o", "loop", _image, Path]);
        _isMounted = true;
    }

    public void Unmount()
    {
        Run("umount", [Path]);
        _isMounted = false;
    }

    /// <summary>What lies behind this byte fails from now on, while the drive goes on being mounted.</summary>
    public void CutShort(long bytes)
    {
        using FileStream image = File.OpenWrite(_image);
        image.SetLength(bytes);
    }

    public void Dispose()
    {
        if (!_isMounted) return;
        _isMounted = false;
        // A file system that failed may not let go at once; detached it goes when nobody uses it any more.
        using var process = Process.Start(new ProcessStartInfo("umount", ["-l", Path]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
    }

    public static void Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        output.Wait(TestContext.Current.CancellationToken);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error}");
    }
}
