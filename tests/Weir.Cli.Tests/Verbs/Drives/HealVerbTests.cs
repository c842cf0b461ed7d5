using System.Diagnostics;
using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Drives;

public sealed class HealVerbTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-heal-").FullName;
    private readonly TestTerminal _terminal = new();

    private string[] Drives => [.. Enumerable.Range(1, 4).Select(number => Path.Combine(_directory, "lab", $"disk{number}"))];

    private string Journal => Path.Combine(_directory, "journal");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_a_dry_run_tells_is_what_is_then_done()
    {
        await MakeAsync();
        string metadata = Path.Combine(Drives[1], "bucket/generated/00001/xl.meta"), part = Directory.GetFiles(Path.Combine(Drives[2], "bucket/generated/00001"), "part.1", SearchOption.AllDirectories).Single();
        byte[] expected = File.ReadAllBytes(part);
        File.Delete(metadata);
        File.Delete(part);
        string[] before = Files();
        Outcome dry = await _terminal.RunAsync(["drives", "heal", .. Drives, "--dry-run", "--json"]);
        Assert.Equal(3, dry.ExitCode);
        Assert.Equal(before, Files());
        JsonElement planned = JsonDocument.Parse(Assert.Single(dry.Lines)).RootElement;
        Assert.Equal(["bucket", "object", "version_id", "verdict", "margin", "state", "pieces", "problems"], planned.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("planned", "at-limit", 0), (planned.GetProperty("state").GetString(), planned.GetProperty("verdict").GetString(), planned.GetProperty("margin").GetInt32()));

        Outcome healed = await HealAsync("--json");
        Assert.Equal(0, healed.ExitCode);
        JsonElement done = JsonDocument.Parse(Assert.Single(healed.Lines)).RootElement;
        Assert.Equal("repaired", done.GetProperty("state").GetString());
        Assert.Equal(Pieces(planned), Pieces(done));
        Assert.Equal([metadata, part], Pieces(done).Order(StringComparer.Ordinal));
        Assert.Equal(expected, File.ReadAllBytes(part));
        Assert.Equal(0, (await _terminal.RunAsync(["drives", "verify", .. Drives, "--mode", "deep"])).ExitCode);
        Outcome again = await HealAsync();
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("0 versions repaired", again.Out);
    }

    [Fact]
    public async Task An_empty_drive_is_written_to_only_when_it_is_named()
    {
        await MakeAsync();
        string[] before = Files();
        Directory.Delete(Drives[3], recursive: true);
        Directory.CreateDirectory(Drives[3]);
        Outcome refused = await HealAsync();
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("--replace", refused.Error);
        Assert.Empty(Directory.GetFileSystemEntries(Drives[3]));

        Outcome healed = await HealAsync("--replace", Drives[3]);
        Assert.Equal((0, true), (healed.ExitCode, healed.Error.Contains("becomes drive", StringComparison.Ordinal)));
        Assert.Equal(before, Files());
        Assert.Equal(0, (await _terminal.RunAsync(["drives", "verify", .. Drives, "--mode", "deep"])).ExitCode);
        Outcome full = await HealAsync("--replace", Drives[3]);
        Assert.Equal(1, full.ExitCode);
        Assert.Contains("no empty drive", full.Error);
    }

    /// <summary>What somebody typed wrong must not become a drive.</summary>
    [Theory]
    [InlineData("file", "is not empty: it has note")]
    [InlineData("rest", "is not empty: it has .minio.sys/buckets/old")]
    [InlineData("within", "lies within")]
    [InlineData("link", "lies within")]
    [InlineData("around", "is not empty")]
    [InlineData("root", "is not empty")]
    public async Task Only_an_empty_directory_of_its_own_becomes_a_drive(string kind, string reason)
    {
        await MakeAsync();
        Directory.Move(Drives[3], Path.Combine(_directory, "gone"));
        string place = kind switch
        {
            "within" or "link" => Path.Combine(Drives[0], "bucket/new"),
            "around" => Path.GetDirectoryName(Drives[0])!,
            "root" => "/",
            _ => Path.Combine(_directory, "new"),
        };
        Directory.CreateDirectory(place);
        if (kind == "file") File.WriteAllText(Path.Combine(place, "note"), "");
        if (kind == "rest") File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(place, ".minio.sys/buckets")).FullName, "old"), "");
        if (kind == "link") place = Directory.CreateSymbolicLink(Path.Combine(_directory, "new"), place).FullName;
        string[] before = Files();
        Outcome outcome = await _terminal.RunAsync(["drives", "heal", .. Drives[..3], place, "--replace", place, "--journal", Journal]);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task A_new_drive_may_be_reached_by_a_link_and_have_empty_directories_of_its_server()
    {
        await MakeAsync();
        Directory.Delete(Drives[3], recursive: true);
        string place = Directory.CreateDirectory(Path.Combine(_directory, "new")).FullName;
        Directory.CreateDirectory(Path.Combine(place, ".minio.sys/buckets"));
        Directory.CreateSymbolicLink(Drives[3], place);
        Assert.Equal(0, (await HealAsync("--replace", Drives[3])).ExitCode);
        Outcome verified = await _terminal.RunAsync(["drives", "verify", .. Drives[..3], place, "--mode", "deep"]);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
        Assert.DoesNotContain("0 objects,", verified.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_object_is_repaired_alone()
    {
        await MakeAsync();
        string[] lost = [Path.Combine(Drives[0], "bucket/generated/00000/xl.meta"), Path.Combine(Drives[0], "bucket/generated/00001/xl.meta")];
        foreach (string file in lost) File.Delete(file);
        Assert.Equal(0, (await HealAsync("--object", "bucket/generated/00001")).ExitCode);
        Assert.Equal([false, true], lost.Select(File.Exists));
        Outcome absent = await HealAsync("--object", "bucket/absent");
        Assert.Equal(1, absent.ExitCode);
        Assert.Contains("none of the given drives", absent.Error);
    }

    [Fact]
    public async Task What_no_version_needs_is_set_aside_on_request_and_comes_back()
    {
        await MakeAsync();
        string data = Directory.GetDirectories(Path.Combine(Drives[0], "bucket/generated/00001")).Single();
        string orphan = Path.Combine(Path.GetDirectoryName(data)!, "01234567-89ab-4cde-8f01-23456789abcd");
        Directory.CreateDirectory(orphan);
        File.Copy(Path.Combine(data, "part.1"), Path.Combine(orphan, "part.1"));
        string[] before = Files();
        Assert.Equal(3, (await HealAsync()).ExitCode);
        Assert.Equal(before, Files());
        await HealAsync("--quarantine");
        Assert.False(Directory.Exists(orphan));
        Assert.Equal(0, (await _terminal.RunAsync(["drives", "verify", .. Drives])).ExitCode);
        string undo = Directory.GetFiles(Path.Combine(Drives[0], ".weir-quarantine"), "*.sh", SearchOption.AllDirectories).Single();
        using (Process shell = Process.Start("sh", [undo])) await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(orphan, "part.1")));
    }

    [Theory]
    [InlineData("--mode", "quick")]
    [InlineData("--object", "bucket")]
    [InlineData("--mbps", "-1")]
    [InlineData("--concurrency", "0")]
    [InlineData("--dry-run", "--resume")]
    [InlineData("--live", "--quarantine")]
    [InlineData("--resume", "--quarantine")]
    public async Task A_wrong_command_line_does_nothing(string option, string value)
    {
        await MakeAsync();
        string[] before = Files();
        Assert.Equal(2, (await HealAsync(option, value)).ExitCode);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task There_is_nothing_to_resume_before_a_run_was_stopped()
    {
        await MakeAsync();
        Assert.Equal(0, (await HealAsync()).ExitCode);
        Outcome resumed = await HealAsync("--resume");
        Assert.Equal(1, resumed.ExitCode);
        Assert.Contains("without --resume", resumed.Error);
    }

    private static string[] Pieces(JsonElement version) =>
        [.. version.GetProperty("pieces").EnumerateArray().Select(piece => $"{piece.GetProperty("drive").GetString()}/{piece.GetProperty("path").GetString()}").Order(StringComparer.Ordinal)];

    private string[] Files() => [.. Directory.GetFileSystemEntries(Path.Combine(_directory, "lab"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private Task<Outcome> HealAsync(params string[] options) => _terminal.RunAsync(["drives", "heal", .. Drives, "--journal", Journal, .. options]);

    private Task<Outcome> MakeAsync() => _terminal.RunAsync(["drives", "make", Path.Combine(_directory, "lab"), "--set", "2+2", "--generate", "7"]);
}
