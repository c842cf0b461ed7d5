using System.Diagnostics;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;

namespace Weir.Cli.Tests.Verbs.Drives;

/// <summary>What <c>weir drives heal --quarantine</c> does with objects of which too few drives hold a record, and what it leaves alone.</summary>
public sealed class QuarantineTests : IDisposable
{
    private const string Object = "bucket/generated/00001";

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-quarantine-").FullName;
    private readonly TestTerminal _terminal = new();

    private string[] Drives => [.. Enumerable.Range(1, 4).Select(number => Path.Combine(_directory, "lab", $"disk{number}"))];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_rest_of_an_object_is_left_and_named_then_moved_on_request_and_comes_back_as_it_was()
    {
        await MakeAsync("2+2");
        foreach (string drive in Drives[1..]) Directory.Delete(Path.Combine(drive, Object), recursive: true);
        Dictionary<string, string> before = Contents();
        Outcome left = await HealAsync(Drives);
        Assert.Equal(3, left.ExitCode);
        Assert.Contains($"{Object}  ", left.Out, StringComparison.Ordinal);
        Assert.Contains("sub-quorum: too few drives hold its record", left.Out, StringComparison.Ordinal);
        Assert.Equal(before, Contents());

        string[] rest = [.. before.Keys.Where(path => path.StartsWith($"disk1/{Object}/", StringComparison.Ordinal))];
        Assert.Equal(["part.1", "xl.meta"], rest.Select(Path.GetFileName).Order());
        Outcome moved = await HealAsync(Drives, "--quarantine");
        Assert.Equal(2, moved.Error.Split('\n').Count(line => line.Contains("moved ", StringComparison.Ordinal)));
        Dictionary<string, string> after = Contents();
        foreach (string path in rest)
        {
            // It is set aside and not removed, below its own name; everything else is as it was.
            string aside = Assert.Single(after.Keys, key => key.StartsWith("disk1/.weir-quarantine/", StringComparison.Ordinal) && key.EndsWith($"/files/{path["disk1/".Length..]}", StringComparison.Ordinal));
            Assert.Equal(before[path], after[aside]);
        }

        Assert.Equal(before.Where(file => !rest.Contains(file.Key)), WithoutQuarantine(after));
        Assert.Equal(0, (await _terminal.RunAsync(["drives", "verify", .. Drives, "--mode", "deep"])).ExitCode);

        string[] undo = Directory.GetFiles(Path.Combine(Drives[0], ".weir-quarantine"), "*.sh", SearchOption.AllDirectories);
        Assert.Equal(2, undo.Length);
        foreach (string script in undo)
        {
            using Process shell = Process.Start("sh", [script]);
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, shell.ExitCode);
        }

        Assert.Equal(before, WithoutQuarantine(Contents()));
        Outcome again = await HealAsync(Drives);
        Assert.Equal(3, again.ExitCode);
        Assert.Contains("sub-quorum", again.Out, StringComparison.Ordinal);
    }

    /// <summary>What is away may be the rest of it.</summary>
    [Theory]
    [InlineData("2+2", "unknown")]
    [InlineData("3+1", "sub-quorum")]
    public async Task With_a_drive_away_nothing_of_it_is_moved(string set, string verdict)
    {
        await MakeAsync(set);
        foreach (string drive in Drives[1..]) Directory.Delete(Path.Combine(drive, Object), recursive: true);
        Dictionary<string, string> before = Contents();
        Outcome outcome = await HealAsync(Drives[..3], "--quarantine");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains($"{verdict}: ", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    /// <summary>Damaged metadata may have been a record of it.</summary>
    [Fact]
    public async Task With_metadata_that_cannot_be_read_nothing_of_it_is_moved()
    {
        await MakeAsync("3+1");
        foreach (string drive in Drives[2..]) Directory.Delete(Path.Combine(drive, Object), recursive: true);
        File.WriteAllBytes(Path.Combine(Drives[1], Object, "xl.meta"), [1, 2, 3]);
        Dictionary<string, string> before = Contents();
        Outcome outcome = await HealAsync(Drives, "--quarantine");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("untouched", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    /// <summary>Its record lies in a file with one that counts, and its shards have a record that names them.</summary>
    [Fact]
    public async Task A_version_below_quorum_beside_one_that_counts_is_left_alone()
    {
        DriveTree tree = DriveTree.Create(new() { Directory = Path.Combine(_directory, "lab"), Data = 2, Parity = 2 });
        var name = ObjectName.Create("bucket", "object");
        tree.Put(name, new SeededStream(1, 300_000), new() { IsVersioned = true });
        byte[][] records = [.. tree.Drives.Select(drive => File.ReadAllBytes(Path.Combine(drive, "bucket/object/xl.meta")))];
        string[][] data = [.. tree.Drives.Select(drive => Directory.GetDirectories(Path.Combine(drive, "bucket/object")))];
        tree.Put(name, new SeededStream(2, 300_000), new() { IsVersioned = true });
        for (int drive = 1; drive < 4; drive++)
        {
            File.WriteAllBytes(Path.Combine(tree.Drives[drive], "bucket/object/xl.meta"), records[drive]);
            Directory.Delete(Directory.GetDirectories(Path.Combine(tree.Drives[drive], "bucket/object")).Except(data[drive]).Single(), recursive: true);
        }

        Dictionary<string, string> before = Contents();
        Outcome outcome = await HealAsync([.. tree.Drives], "--quarantine");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("sub-quorum: ", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    private static Dictionary<string, string> WithoutQuarantine(Dictionary<string, string> files) =>
        files.Where(file => !file.Key.Contains("/.weir-quarantine/", StringComparison.Ordinal)).ToDictionary();

    /// <summary>Every file below the drives, in the order of names.</summary>
    private Dictionary<string, string> Contents()
    {
        string lab = Path.Combine(_directory, "lab");
        return Directory.EnumerateFiles(lab, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToDictionary(path => Path.GetRelativePath(lab, path), path => Convert.ToHexString(File.ReadAllBytes(path)));
    }

    private Task<Outcome> HealAsync(string[] drives, params string[] options) => _terminal.RunAsync(["drives", "heal", .. drives, "--journal", Path.Combine(_directory, "journal"), .. options]);

    private async Task MakeAsync(string set) =>
        Assert.Equal(0, (await _terminal.RunAsync(["drives", "make", Path.Combine(_directory, "lab"), "--set", set, "--generate", "7"])).ExitCode);
}
