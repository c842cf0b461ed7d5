using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Drives;

public sealed class VerifyVerbTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-verify-").FullName;
    private readonly TestTerminal _terminal = new();

    private string[] Drives => [.. Enumerable.Range(1, 4).Select(number => Path.Combine(_directory, "lab", $"disk{number}"))];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_whole_deployment_is_healthy_and_each_version_is_an_object_on_a_line()
    {
        int versions = (await MakeAsync()).Lines.Length;
        foreach (string mode in (string[])["quick", "normal", "deep"])
        {
            Outcome outcome = await _terminal.RunAsync(["drives", "verify", .. Drives, "--mode", mode]);
            Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
            Assert.Contains("healthy", outcome.Out);
        }

        Outcome json = await _terminal.RunAsync(["drives", "verify", .. Drives, "--mode", "deep", "--etag", "--json"]);
        Assert.Equal((0, versions), (json.ExitCode, json.Lines.Length));
        Assert.Contains($"{versions} versions", json.Error);
        JsonElement version = JsonDocument.Parse(json.Lines[0]).RootElement;
        Assert.Equal(
            ["bucket", "object", "version_id", "mod_time", "verdict", "data", "parity", "good", "margin", "findings"], version.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("bucket", "null", "healthy", 2, 2, 4, 2), (
            version.GetProperty("bucket").GetString(), version.GetProperty("version_id").GetString(), version.GetProperty("verdict").GetString(), version.GetProperty("data").GetInt32(),
            version.GetProperty("parity").GetInt32(), version.GetProperty("good").GetInt32(), version.GetProperty("margin").GetInt32()));
    }

    [Fact]
    public async Task What_is_damaged_is_named_with_its_drive_and_the_exit_code_says_so()
    {
        await MakeAsync();
        string part = Directory.GetFiles(Drives[2], "part.1", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        File.WriteAllBytes(part, File.ReadAllBytes(part)[..^1]);
        Outcome text = await _terminal.RunAsync(["drives", "verify", .. Drives]);
        Assert.Equal(3, text.ExitCode);
        Assert.Contains($"{Drives[2]}, shard", text.Out);
        Assert.Contains("part-size", text.Out);

        string report = Path.Combine(_directory, "report.json");
        Outcome json = await _terminal.RunAsync(["drives", "verify", .. Drives, "--json", "--report", report]);
        JsonElement found = json.Lines.Select(line => JsonDocument.Parse(line).RootElement).Single(version => version.GetProperty("verdict").GetString() != "healthy");
        JsonElement finding = Assert.Single(found.GetProperty("findings").EnumerateArray());
        Assert.Equal(["drive", "shard", "kind", "part", "detail"], finding.EnumerateObject().Select(member => member.Name));
        Assert.Equal((Drives[2], "part-size", 1), (finding.GetProperty("drive").GetString(), finding.GetProperty("kind").GetString(), finding.GetProperty("part").GetInt32()));
        Assert.Equal("degraded", found.GetProperty("verdict").GetString());
        JsonElement summary = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("found");
        Assert.Equal((1, 0), (summary.GetProperty("verdicts").GetProperty("degraded").GetInt32(), summary.GetProperty("lost").GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task A_missing_drive_is_said_and_nothing_counts_as_lost()
    {
        await MakeAsync();
        string report = Path.Combine(_directory, "report.json");
        Outcome outcome = await _terminal.RunAsync(["drives", "verify", .. Drives[1..], "--report", report]);
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("position 0 is missing", outcome.Error);
        JsonElement found = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("found");
        Assert.Equal(0, found.GetProperty("lost").GetProperty("count").GetInt32());
        Assert.Equal(found.GetProperty("versions").GetInt64(), found.GetProperty("verdicts").GetProperty("unknown").GetInt64());
    }

    [Fact]
    public async Task A_run_goes_on_from_its_file_which_is_gone_at_the_end()
    {
        Outcome made = await MakeAsync();
        string state = Path.Combine(_directory, "state");
        File.WriteAllText(state, "{}");
        Assert.Equal(1, (await _terminal.RunAsync(["drives", "verify", .. Drives, "--resume", state])).ExitCode);
        File.Delete(state);
        Assert.Equal(0, (await _terminal.RunAsync(["drives", "verify", .. Drives, "--resume", state])).ExitCode);
        Assert.False(File.Exists(state));

        // A run that was stopped behind the second object had found one unrecoverable version.
        string format = Directory.GetFiles(Drives[0], "format.json", SearchOption.AllDirectories).Single();
        string id = JsonDocument.Parse(File.ReadAllText(format)).RootElement.GetProperty("id").GetString()!;
        File.WriteAllText(state, $$$"""
            {"format":1,"task":"deployment {{{id}}}, 1 pools, mode Normal, etag False, below everything","seconds":5,"files":10,"bytes":20,
             "sets":[{"pool":0,"set":0,"after":"bucket/generated/00001"}],
             "tally":{"objects":2,"versions":2,"verdicts":{"healthy":1,"degraded":0,"at-limit":0,"unrecoverable":1,"sub-quorum":0,"inconsistent-metadata":0,"orphan":0,"misplaced":0,"foreign":0,"legacy":0,"unknown":0},
              "redundancy":[],"drives":[],"endangered":{"count":0,"listed":[]},"lost":{"count":1,"listed":[{"bucket":"bucket","object":"generated/00001","version_id":"null"}]} }}
            """);
        Outcome other = await _terminal.RunAsync(["drives", "verify", .. Drives, "--resume", state, "--mode", "quick"]);
        Assert.Equal(2, other.ExitCode);
        Outcome resumed = await _terminal.RunAsync(["drives", "verify", .. Drives, "--resume", state, "--json"]);
        Assert.Equal(3, resumed.ExitCode);
        Assert.Equal(made.Lines.Length - 2, resumed.Lines.Length);
        Assert.Contains($"{made.Lines.Length} versions", resumed.Error);
        Assert.Contains("bucket/generated/00001", resumed.Error);
    }

    [Fact]
    public async Task Words_that_make_no_sense_are_wrong_usage()
    {
        await MakeAsync();
        foreach (string[] words in (string[][])[["--mode", "full"], ["--mbps", "-1"], ["--concurrency", "0"], ["--below", "../x"], ["--timeout", "soon"]])
        {
            Assert.Equal(2, (await _terminal.RunAsync(["drives", "verify", .. Drives, .. words])).ExitCode);
        }

        Assert.Equal(1, (await _terminal.RunAsync(["drives", "verify", _directory])).ExitCode);
    }

    private Task<Outcome> MakeAsync() => _terminal.RunAsync(["drives", "make", Path.Combine(_directory, "lab"), "--set", "2+2", "--generate", "4"]);
}
