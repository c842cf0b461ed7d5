using System.Diagnostics;

namespace Weir.Lab.Drives;

/// <summary>A file system on a loop device over a sparse file, mounted; cutting the file short makes it fail as a dying drive does. All gone when disposed.</summary>
public sealed class LoopFileSystem : IDisposable
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

    /// <summary>Why none can be made here; null where one may be.</summary>
    /// <param name="kind">ext4 or xfs.</param>
    public static string? WhyNot(string kind)
    {
        if (!Environment.IsPrivilegedProcess) return "it takes root";
        if (!File.Exists("/dev/loop-control")) return "there are no loop devices here";
        return File.Exists($"/usr/sbin/mkfs.{kind}") || File.Exists($"/sbin/mkfs.{kind}") ? null : $"mkfs.{kind} is not installed";
    }

    /// <summary>Makes one.</summary>
    /// <param name="file">The sparse file that it lies in.</param>
    /// <param name="mountPoint">Where it is mounted.</param>
    /// <param name="kind">ext4 or xfs.</param>
    /// <param name="sizeBytes">Of the device.</param>
    /// <exception cref="IOException">A program that it takes failed; the message has what it said.</exception>
    public static LoopFileSystem Create(string file, string mountPoint, string kind, long sizeBytes)
    {
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

    /// <summary>Runs a program and gives its standard output.</summary>
    /// <exception cref="IOException">It is not there, or failed.</exception>
    public static string Run(string program, params string[] arguments)
    {
        using Process process = Start(new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new IOException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
    }

    private static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new IOException($"{info.FileName}: {error.Message}", error);
        }
    }

    private static void TryRun(string program, params string[] arguments)
    {
        try
        {
            Run(program, arguments);
        }
        catch (IOException)
        {
            // It may not be mounted yet, or be gone already; the directory is removed in any case.
        }
    }
}
