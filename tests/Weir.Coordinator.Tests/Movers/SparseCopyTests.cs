using Microsoft.Win32.SafeHandles;
using Weir.Coordinator.Movers.Posix;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Movers;

public sealed class SparseCopyTests
{
    [Fact]
    public void Any_file_comes_back_byte_for_byte_and_takes_no_more_room_than_before()
    {
        int rounds = LongRun.IsOn ? 400 : 25, seed = Random.Shared.Next();
        var random = new Random(seed);
        using var stage = new MoverStage();
        for (uint file = 1; file <= rounds; file++)
        {
            WriteHoles(stage.PathOf(file), random);
            string before = MoverStage.Sum(File.ReadAllBytes(stage.PathOf(file)));
            long room = Status(stage.PathOf(file)).AllocatedBytes;
            Assert.True(stage.Run(HsmAction.Archive, file).Errno == 0, $"seed {seed}");
            FileStatus copy = Status(stage.CopyOf(file));
            Assert.True(before == MoverStage.Sum(File.ReadAllBytes(stage.CopyOf(file))), $"seed {seed}: file {file}");
            Assert.True(copy.AllocatedBytes <= room + (64 * 1024), $"seed {seed}: the copy takes {copy.AllocatedBytes} bytes, the file {room}");
            File.WriteAllBytes(stage.PathOf(file), []);
            Assert.True(stage.Run(HsmAction.Restore, file).Errno == 0, $"seed {seed}");
            Assert.True(before == MoverStage.Sum(File.ReadAllBytes(stage.PathOf(file))), $"seed {seed}: file {file}");
            Assert.True(Status(stage.PathOf(file)).AllocatedBytes <= room + (64 * 1024), $"seed {seed}: file {file} restored");
        }
    }

    /// <summary>Content decides, not the way in which it lies on the disk: so copies can be verified on any file system.</summary>
    [Fact]
    public void A_digest_does_not_depend_on_which_zeros_are_holes()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        using var stage = new MoverStage();
        for (uint file = 1; file <= 20; file += 2)
        {
            WriteHoles(stage.PathOf(file), random);
            File.WriteAllBytes(stage.PathOf(file + 1), File.ReadAllBytes(stage.PathOf(file)));
            foreach (DigestKind kind in Enum.GetValues<DigestKind>())
                Assert.True(Digest(stage, file, kind) == Digest(stage, file + 1, kind), $"seed {seed}, {kind}");
            Assert.True(Digest(stage, file, DigestKind.Plain) == MoverStage.Sum(File.ReadAllBytes(stage.PathOf(file))), $"seed {seed}");
        }
    }

    [Fact]
    public void A_file_that_is_nearly_all_hole_takes_as_long_as_its_data()
    {
        using var stage = new MoverStage();
        const long size = 4L << 40;
        using (FileStream file = File.Create(stage.PathOf(1)))
        {
            file.SetLength(size);
            file.Position = size - 5000;
            file.Write("the end"u8);
        }

        Assert.Equal((0, size), (stage.Run(HsmAction.Archive, 1) is var report ? report.Errno : 0, report.Bytes));
        Assert.Contains("sha256_sparse", File.ReadAllText(stage.CopyOf(1) + ".manifest"), StringComparison.Ordinal);
        File.Delete(stage.PathOf(1));
        File.WriteAllBytes(stage.PathOf(1), []);
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        using FileStream restored = File.OpenRead(stage.PathOf(1));
        restored.Position = size - 5000;
        Assert.Equal((size, 't'), (restored.Length, (char)restored.ReadByte()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(1024 * 1024)]
    [InlineData((1024 * 1024) + 1)]
    public void Sizes_at_the_edges_are_copied_whole(int size)
    {
        using var stage = new MoverStage();
        byte[] content = stage.Write(1, size);
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
        Assert.Equal(content, File.ReadAllBytes(stage.CopyOf(1)));
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal(content, File.ReadAllBytes(stage.PathOf(1)));
    }

    private static string Digest(MoverStage stage, uint file, DigestKind kind)
    {
        using SafeFileHandle from = File.OpenHandle(stage.PathOf(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var digest = new ContentDigest(kind);
        var run = new Weir.Coordinator.Movers.ActionRun(
            stage.Request(HsmAction.Archive, file), stage.Begin(stage.Request(HsmAction.Archive, file)), stage, stage.Options, new(0, TimeProvider.System), TimeProvider.System, TestContext.Current.CancellationToken);
        return new SparseCopy(run, from, "source", null, "").Copy(RandomAccess.GetLength(from), digest);
    }

    private static FileStatus Status(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return NativeFiles.Status(file, path);
    }

    /// <summary>Runs of data, of written zeros and of nothing, some beginning and ending inside blocks.</summary>
    private static void WriteHoles(string path, Random random)
    {
        using FileStream file = File.Create(path);
        for (int i = random.Next(12); i > 0; i--)
        {
            byte[] run = new byte[random.Next(3) == 0 ? random.Next(200_000) : random.Next(5) * 4096];
            int kind = random.Next(3);
            if (kind == 0) random.NextBytes(run);
            if (kind == 2) file.Position += run.Length;
            else file.Write(run);
        }

        file.SetLength(Math.Max(file.Length, file.Position));
    }
}
