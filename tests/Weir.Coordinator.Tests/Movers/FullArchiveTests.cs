using System.Diagnostics;
using Weir.Coordinator.Movers;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Movers;

/// <summary>On small file systems that are really mounted, which takes root.</summary>
public sealed class FullArchiveTests
{
    [Fact]
    public void A_full_archive_is_said_and_nothing_half_is_left_in_it()
    {
        using var stage = new MoverStage { Options = new() { Retries = new() { Retries = 0 } } };
        using var disk = new SmallDisk(stage, megabytes: 4);
        var archived = new List<uint>();
        ActionReport report;
        uint file = 0;
        do
        {
            stage.Write(++file, 700_000, seed: (int)file);
            report = stage.Run(HsmAction.Archive, file);
            if (report.Errno == 0) archived.Add(file);
            Assert.True(file < 20, "the disk does not become full");
        }
        while (report.Errno == 0);

        Assert.Equal(MoverErrno.NoSpace, report.Errno);
        Assert.Contains("the archive is full", report.Message, StringComparison.Ordinal);
        Assert.False(stage.Ends.Last().MayRetry);
        Assert.Equal(2 * archived.Count, stage.ArchiveFiles.Length);
        Assert.DoesNotContain(stage.ArchiveFiles, name => name.Contains("_tmp", StringComparison.Ordinal));

        // What was whole is whole, also a copy whose replacement found no room.
        byte[] first = File.ReadAllBytes(stage.PathOf(archived[0]));
        stage.Write(archived[0], 3_000_000, seed: 99);
        Assert.Equal(MoverErrno.NoSpace, stage.Run(HsmAction.Archive, archived[0]).Errno);
        Assert.Equal(first, File.ReadAllBytes(stage.CopyOf(archived[0])));

        // And with room it goes on.
        Assert.Equal(0, stage.Run(HsmAction.Remove, archived[1]).Errno);
        Assert.Equal(0, stage.Run(HsmAction.Archive, file).Errno);
    }

    [Fact]
    public void A_file_system_without_inodes_is_a_full_one()
    {
        using var stage = new MoverStage { Options = new() { Retries = new() { Retries = 0 } } };
        using var disk = new SmallDisk(stage, megabytes: 4, inodes: 9);
        stage.Write(1, 1000);
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
        stage.Write(2, 1000);
        Assert.Equal(MoverErrno.NoSpace, stage.Run(HsmAction.Archive, 2).Errno);
        Assert.Equal(2, stage.ArchiveFiles.Length);
    }

    [Fact]
    public void Nothing_is_written_below_a_mount_point_that_has_vanished()
    {
        using var stage = new MoverStage { MustBeMounted = true };
        using var disk = new SmallDisk(stage, megabytes: 4);
        for (uint file = 1; file <= 2; file++) stage.Write(file, 1000);
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
        disk.Unmount();
        ActionReport report = stage.Run(HsmAction.Archive, 2);
        Assert.Equal((MoverErrno.NotConnected, 4), (report.Errno, report.Attempts));
        Assert.True(stage.Ends.Last().MayRetry);
        Assert.Empty(Directory.GetFileSystemEntries(stage.ArchivePath));
        disk.Mount();
        Assert.Equal(0, stage.Run(HsmAction.Archive, 2).Errno);
        Assert.Equal(2, stage.ArchiveFiles.Length);
    }

    [Fact]
    public void A_directory_that_is_no_mount_point_is_refused_where_one_is_wanted()
    {
        using var stage = new MoverStage { MustBeMounted = true };
        stage.Write(1, 1000);
        Assert.Equal(MoverErrno.NotConnected, stage.Run(HsmAction.Archive, 1).Errno);
        Assert.Empty(Directory.GetFileSystemEntries(stage.ArchivePath));
    }

    /// <summary>A tmpfs in the place of a stage's archive.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _path;
        private readonly string _options;
        private bool _isMounted;

        public SmallDisk(MoverStage stage, int megabytes, int inodes = 0)
        {
            _path = stage.ArchivePath;
            _options = $"size={megabytes}m{(inodes > 0 ? $",nr_inodes={inodes}" : "")}";
            Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting takes root.");
            Mount();
        }

        public void Mount()
        {
            Assert.SkipUnless(Run("mount", ["-t", "tmpfs", "-o", _options, "tmpfs", _path]), "A tmpfs cannot be mounted here.");
            _isMounted = true;
        }

        public void Unmount()
        {
            if (_isMounted) Assert.True(Run("umount", ["-l", _path]));
            _isMounted = false;
        }

        public void Dispose()
        {
            // The mount goes, whatever the test had to say.
            if (_isMounted) Run("umount", ["-l", _path]);
        }

        private static bool Run(string program, string[] words)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
