using System.Text.Json;

namespace Weir.Cli.Tests.Verbs;

public sealed class ConfigVerbTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-cli-");
    private readonly TestTerminal _terminal = new();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Show_prints_a_configuration_that_means_the_same()
    {
        _terminal.Variables["WEIR__HSM__ACTIONS"] = "[/a, '/b: \"c\" # no comment']";
        _terminal.Variables["WEIR__HSM__POLL_INTERVAL"] = "90s";
        string first = Write("first.yaml", "hsm: { layout: single, snapshot: '/x y' }\n");
        string printed = (await _terminal.RunAsync("config", "show", "-c", first)).Out;
        Assert.Contains("# environment WEIR__HSM__POLL_INTERVAL", printed, StringComparison.Ordinal);
        Assert.Contains($"# {first}:1", printed, StringComparison.Ordinal);
        _terminal.Variables.Clear();
        string again = (await _terminal.RunAsync("config", "show", "-c", Write("again.yaml", printed))).Out;
        Assert.Equal(WithoutSources(printed), WithoutSources(again));
    }

    [Fact]
    public async Task Show_as_JSON_has_every_key_with_value_and_source()
    {
        string file = Write("weir.yaml", "feed: { url: 'redis://user:secret@host' }\n");
        Outcome outcome = await _terminal.RunAsync("config", "show", "-c", file, "--json");
        using JsonDocument json = JsonDocument.Parse(outcome.Out);
        JsonElement url = json.RootElement.GetProperty("feed").GetProperty("url");
        Assert.Equal(("redis://host:6379", $"{file}:1"), (url.GetProperty("value").GetString(), url.GetProperty("source").GetString()));
        JsonElement hsm = json.RootElement.GetProperty("hsm");
        Assert.Equal(1, hsm.GetProperty("actions").GetProperty("value").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, hsm.GetProperty("snapshot").GetProperty("value").ValueKind);
    }

    [Fact]
    public async Task Show_of_a_wrong_configuration_fails_and_prints_nothing_of_it()
    {
        Outcome outcome = await _terminal.RunAsync("config", "show", "-c", Write("weir.yaml", "hsm: { poll_interval: x }\n"));
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        Assert.Contains("weir.yaml:1: hsm.poll_interval: 'x' is not a duration", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_names_every_problem_of_every_file_and_fails()
    {
        string good = Write("good.yaml", "hsm: { poll_interval: 5s }\n"), bad = Write("bad.yaml", "hsm:\n  a: 1\n  b: 2\n");
        Outcome outcome = await _terminal.RunAsync("config", "check", good, bad);
        Assert.Equal((1, $"{good}: in order\n"), (outcome.ExitCode, outcome.Out));
        Assert.Equal($"weir: {bad}:2: hsm.a: section 'hsm' has no key 'a'\nweir: {bad}:3: hsm.b: section 'hsm' has no key 'b'\n", outcome.Error);
    }

    [Fact]
    public async Task Check_as_JSON_is_a_line_per_file()
    {
        string bad = Write("bad.yaml", "hsm:\n  layout: x\n");
        Outcome outcome = await _terminal.RunAsync("config", "check", bad, "--json");
        using JsonDocument json = JsonDocument.Parse(Assert.Single(outcome.Lines));
        JsonElement problem = json.RootElement.GetProperty("problems")[0];
        Assert.Equal((bad, 2, "hsm.layout"), (problem.GetProperty("place").GetString(), problem.GetProperty("line").GetInt32(), problem.GetProperty("key").GetString()));
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Error));
    }

    [Fact]
    public async Task Check_without_files_looks_at_the_configuration_in_effect()
    {
        _terminal.Variables["WEIR__HSM__LAYOUT"] = "double";
        Outcome outcome = await _terminal.RunAsync("config", "check", "--config", Write("weir.yaml", ""));
        Assert.Equal((1, "weir: environment WEIR__HSM__LAYOUT: hsm.layout: 'double' is neither per-mdt nor single\n"), (outcome.ExitCode, outcome.Error));
    }

    [Fact]
    public async Task A_file_of_the_Python_shipper_is_checked_with_its_notes()
    {
        string file = Write("hsm_action_shipper.yaml", "redis_host: db\ntrim_chunk_size: 5\n");
        Outcome outcome = await _terminal.RunAsync("config", "check", file);
        Assert.Equal((0, $"{file}: in order\n"), (outcome.ExitCode, outcome.Out));
        Assert.StartsWith($"weir: note: {file}:2: trim_chunk_size has no effect", outcome.Error);
    }

    private static string[] WithoutSources(string printed) => [.. printed.Split('\n').Select(line => line.Split("  # ")[0].TrimEnd())];

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
