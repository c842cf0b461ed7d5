using System.Diagnostics;

namespace Weir.EndToEnd.Tests.Events;

/// <summary>
/// A file system on a loop device whose file can be cut short, so that the kernel fails reads and writes for real. Everything is taken down when it is
/// disposed, also when that takes a lazy unmount.
/// </summary>
internal sealed class FailingDisk : IDisposable
{
    private readonly string _file;
    private bool _isMounted;

    private FailingDisk(string directory, string fileSystem, int round)
    {
        string name = round == 0 ? fileSystem : $"{fileSystem}-{round}";
        FileSystem = fileSystem;
        _file = Path.Combine(directory, name + ".img");
        MountPoint = Path.Combine(directory, name);
        System.IO.Directory.CreateDirectory(MountPoint);
    }

    public string FileSystem { get; }

    public string MountPoint { get; }

    /// <summary>As <c>/dev/loop0</c>.</summary>
    public string Device { get; private set; } = "";

    public string Uuid { get; private set; } = "";

    /// <summary>Why there can be none of these here; null when there can.</summary>
    public static string? WhyNot(params string[] fileSystems)
    {
        if (!Environment.IsPrivilegedProcess) return "needs root";
        if (!File.Exists("/dev/loop-control")) return "needs loop devices";
        string known = File.ReadAllText("/proc/filesystems");
        foreach (string fileSystem in fileSystems)
        {
            if (!known.Contains("\t" + fileSystem + "\n", StringComparison.Ordinal)) return $"this kernel has no {fileSystem}";
            if (!File.Exists("/usr/sbin/mkfs." + fileSystem) && !File.Exists("/sbin/mkfs." + fileSystem)) return $"needs mkfs.{fileSystem}";
        }

        return null;
    }

    public static FailingDisk Create(string directory, string fileSystem, int round)
    {
        var disk = new FailingDisk(directory, fileSystem, round);
        try
        {
            using (FileStream file = File.Create(disk._file)) file.SetLength(400L * 1024 * 1024);
            // Nothing in the background that would meet the failure before the test does.
            Run("mkfs." + fileSystem, [.. fileSystem == "ext4" ? (string[])["-E", "lazy_itable_init=0,lazy_journal_init=0"] : [], "-q", disk._file]);
            disk.Device = Run("losetup", "--find", "--show", disk._file).Trim();
            Run("mount", disk.Device, disk.MountPoint);
            disk._isMounted = true;
            disk.Uuid = Run("blkid", "-p", "-o", "value", "-s", "UUID", disk.Device).Trim();
            byte[] some = new byte[1024 * 1024];
            Random.Shared.NextBytes(some);
            using FileStream data = File.Create(Path.Combine(disk.MountPoint, "data"));
            for (int i = 0; i < 40; i++) data.Write(some);
            data.Flush(flushToDisk: true);
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Cuts the file short behind the superblock.</summary>
    public void Cut()
    {
        using FileStream file = File.OpenWrite(_file);
        file.SetLength(2 * 1024 * 1024);
    }

    /// <summary>Reads from the device itself what is no longer there. The kernel tells of ten such errors in five seconds and no more, of all disks together.</summary>
    public void Ask() => Try(() => Run("dd", $"if={Device}", "of=/dev/null", "bs=4096", "skip=20000", "count=1", "iflag=direct"));

    /// <summary>Has the file system read and write until both have failed.</summary>
    public void Use()
    {
        // What was read before is forgotten; the disk is asked again.
        File.WriteAllText("/proc/sys/vm/drop_caches", "3");
        Try(() => File.ReadAllBytes(Path.Combine(MountPoint, "data")));
        Try(() =>
        {
            using FileStream more = File.Create(Path.Combine(MountPoint, "more"));
            more.Write(new byte[4 * 1024 * 1024]);
            more.Flush(flushToDisk: true);
        });
        for (int i = 0; i < 20; i++) Try(() => System.IO.Directory.CreateDirectory(Path.Combine(MountPoint, $"d{i}")));
        Try(() => Run("sync", "-f", MountPoint));
    }

    public void Dispose()
    {
        if (_isMounted) Try(() => Run("umount", "-l", MountPoint));
        if (Device.Length > 0) Try(() => Run("losetup", "--detach", Device));
        File.Delete(_file);
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // That is what it is for.
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Result}");
    }
}
