using Weir.Lab.Mdt;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Lab.Tests.Mdt;

public sealed class ActionFileGeneratorTests
{
    private static readonly ActionFileOptions Options = new() { Count = 70_000, Mdt = "fs-MDT0003", Seed = 5 };

    [Fact]
    public void The_file_is_as_a_busy_mdts()
    {
        byte[] file = Write(Options);
        List<TrueAction> lines = Read(file, "fs-MDT0003", out _);
        Assert.Equal(Options.Count, lines.Count);
        Assert.InRange(file.Length / (double)lines.Count, 235, 250);
        Assert.InRange(lines.Count(line => line.Status == HsmStatus.Started) / (double)lines.Count, 0.39, 0.41);
        Assert.InRange(lines.Count(line => line.Status == HsmStatus.Waiting) / (double)lines.Count, 0.54, 0.56);
        Assert.Equal(Enumerable.Range(0, lines.Count).Select(i => Options.StartCookie + (ulong)i), lines.Select(line => line.Cookie));
        Assert.Equal(lines.Count, lines.Select(line => (line.CatalogIndex, line.RecordIndex)).Distinct().Count());
        Assert.Equal(lines.Count, lines.Select(line => line.Fid).Distinct().Count());
        Assert.All(lines, line => Assert.Equal(3UL, (line.Fid.Sequence - 0x2_0000_0000) / 0x4000_0000));
    }

    [Fact]
    public void The_same_options_give_the_same_bytes_and_another_seed_others()
    {
        ActionFileOptions options = Options with { Count = 2000, Changed = 10, Removed = 10, Added = 10 };
        Assert.Equal(Write(options), Write(options));
        Assert.NotEqual(Write(options), Write(options with { Seed = 6 }));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(500, 700, 900)]
    [InlineData(0, 5000, 0)]
    [InlineData(4000, 1000, 3)]
    public void As_many_lines_differ_as_asked(int changed, int removed, int added)
    {
        ActionFileOptions options = Options with { Count = 5000, HasHeader = true };
        var before = Read(Write(options), null, out string? mdt).ToDictionary(line => line.Cookie);
        Assert.Equal("fs-MDT0003", mdt);
        var after = Read(Write(options with { Changed = changed, Removed = removed, Added = added }), null, out _).ToDictionary(line => line.Cookie);
        Assert.Equal(removed, before.Keys.Except(after.Keys).Count());
        Assert.Equal(added, after.Keys.Except(before.Keys).Count());
        Assert.Equal(5000 - removed + added, after.Count);
        int differing = 0;
        foreach (TrueAction now in after.Values)
        {
            if (!before.TryGetValue(now.Cookie, out TrueAction then) || then == now) continue;
            differing++;
            Assert.Equal(then with { Status = now.Status }, now);
            Assert.Equal(then.Status == HsmStatus.Waiting ? HsmStatus.Started : HsmStatus.Succeed, now.Status);
            Assert.False(then.Status.IsFinal());
        }

        Assert.Equal(changed, differing);
    }

    [Fact]
    public void More_changes_than_there_are_lines_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Write(Options with { Count = 10, Changed = 11 }));
        Assert.Throws<ArgumentException>(() => Write(Options with { Count = 10, Changed = 5, Removed = 6 }));
        Assert.Throws<ArgumentException>(() => Write(Options with { Mdt = "nobody" }));
    }

    private static byte[] Write(ActionFileOptions options)
    {
        var output = new MemoryStream();
        ActionFileGenerator.Write(output, options);
        return output.ToArray();
    }

    private static List<TrueAction> Read(byte[] file, string? mdt, out string? headed)
    {
        using var reader = new HsmFileReader<ActionLine>(new MemoryStream(file));
        var actions = new List<TrueAction>();
        while (reader.TryRead(out ActionLine line))
        {
            Assert.True(Fid.TryParse(line.Fid, out Fid fid));
            actions.Add(new(line.Cookie, line.CatalogIndex, line.RecordIndex, fid, line.Action, line.Status, line.ArchiveId));
        }

        Assert.Equal((0L, false), (reader.Skipped.Total, reader.IsIncomplete));
        headed = reader.Mdt;
        if (mdt is not null) Assert.Null(headed);
        return actions;
    }
}
