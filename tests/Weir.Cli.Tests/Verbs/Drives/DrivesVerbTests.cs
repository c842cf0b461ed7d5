using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Drives;

public sealed class DrivesVerbTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-drives-").FullName;
    private readonly TestTerminal _terminal = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_is_made_is_inspected_and_got_again()
    {
        string file = WriteFile("report.txt", "what stands in it");
        Outcome made = await MakeAsync(file, "--generate", "3", "--json");
        Assert.Equal((0, ""), (made.ExitCode, made.Error));
        Assert.Equal(4, made.Lines.Length);
        Assert.Equal("report.txt", JsonDocument.Parse(made.Lines[0]).RootElement.GetProperty("object").GetString());

        Outcome inspected = await _terminal.RunAsync(["drives", "inspect", .. Drives, "--json"]);
        Assert.Equal((0, ""), (inspected.ExitCode, inspected.Error));
        JsonElement pool = Assert.Single(JsonDocument.Parse(inspected.Out).RootElement.GetProperty("pools").EnumerateArray());
        Assert.Equal((2, 4, 8, 0), (pool.GetProperty("sets").GetInt32(), pool.GetProperty("set_size").GetInt32(), pool.GetProperty("online").GetInt32(), pool.GetProperty("missing").GetArrayLength()));

        Outcome got = await _terminal.RunAsync(["drives", "get", .. Drives, "bucket/report.txt"]);
        Assert.Equal((0, "what stands in it", ""), (got.ExitCode, got.Out, got.Error));
        Outcome piece = await _terminal.RunAsync(["drives", "get", .. Drives, "bucket/report.txt", "--offset", "5", "--length", "6"]);
        Assert.Equal((0, "stands"), (piece.ExitCode, piece.Out));
        Outcome rest = await _terminal.RunAsync(["drives", "get", .. Drives, "bucket/report.txt", "--offset", "12", "--length", "99"]);
        Assert.Equal((0, "in it"), (rest.ExitCode, rest.Out));
    }

    [Fact]
    public async Task Lost_shards_are_rebuilt_and_named_on_standard_error()
    {
        string text = string.Concat(Enumerable.Range(0, 120_000).Select(i => $"{i}\n"));
        string file = WriteFile("numbers", text);
        await MakeAsync(file);
        string[] parts = Directory.GetFiles(_directory, "part.1", SearchOption.AllDirectories);
        Assert.Equal(4, parts.Length);
        File.Delete(parts[0]);
        File.WriteAllBytes(parts[1], [.. File.ReadAllBytes(parts[1]).Select(value => (byte)~value)]);
        Outcome got = await _terminal.RunAsync(["drives", "get", .. Drives, "bucket/numbers"]);
        Assert.Equal(0, got.ExitCode);
        Assert.Equal(text, got.Out);
        File.Delete(parts[2]);
        got = await _terminal.RunAsync(["drives", "get", .. Drives, "bucket/numbers"]);
        Assert.Equal((1, ""), (got.ExitCode, got.Out));
        Assert.Contains("1 shards are good, and 2 are needed", got.Error);
        Assert.Contains("rebuilt", (await RebuiltAsync(parts, text)).Error);
    }

    [Fact]
    public async Task A_version_is_got_by_its_id_and_a_deleted_object_is_said_to_be_deleted()
    {
        Outcome made = await MakeAsync("--generate", "6", "--json");
        JsonElement[] versions = [.. made.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement deleted = versions[^2];
        Assert.Equal("delete-marker", versions[^1].GetProperty("type").GetString());
        string path = $"bucket/{deleted.GetProperty("object").GetString()}";
        Outcome got = await _terminal.RunAsync(["drives", "get", .. Drives, path]);
        Assert.Equal(1, got.ExitCode);
        Assert.Contains("is deleted", got.Error);
        got = await _terminal.RunAsync(["drives", "get", .. Drives, path, "--version-id", deleted.GetProperty("version_id").GetString()!]);
        Assert.Equal((0, ""), (got.ExitCode, got.Error));
        Assert.Equal(2, (await _terminal.RunAsync(["drives", "get", .. Drives, path, "--version-id", "latest"])).ExitCode);
    }

    [Fact]
    public async Task Metadata_is_printed_for_humans_and_programs()
    {
        await MakeAsync(WriteFile("a", "content"));
        string meta = Directory.GetFiles(_directory, "xl.meta", SearchOption.AllDirectories)[0];
        Outcome text = await _terminal.RunAsync("drives", "meta", meta);
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.StartsWith("xl.meta 1.3, header version 3, metadata version 3\nobject null  ", text.Out);
        Outcome json = await _terminal.RunAsync("drives", "meta", meta, "--json");
        JsonElement root = JsonDocument.Parse(json.Out).RootElement;
        JsonElement version = Assert.Single(root.GetProperty("versions").EnumerateArray());
        Assert.Equal(("xl.meta 1.3", "object", "null", 7, 2, 2), (root.GetProperty("format").GetString(), version.GetProperty("type").GetString(), version.GetProperty("version_id").GetString(),
            version.GetProperty("size").GetInt32(), version.GetProperty("data").GetInt32(), version.GetProperty("parity").GetInt32()));
        Assert.Equal(9 - 5 + 32, version.GetProperty("inline_bytes").GetInt32());

        byte[] bytes = File.ReadAllBytes(meta);
        bytes[^3] ^= 1;
        bytes[20] ^= 1;
        File.WriteAllBytes(meta, bytes);
        Outcome damaged = await _terminal.RunAsync("drives", "meta", meta);
        Assert.Equal((1, ""), (damaged.ExitCode, damaged.Out));
        Assert.StartsWith("weir: xl.meta is damaged", damaged.Error);
    }

    [Fact]
    public async Task Drives_that_are_not_in_order_are_exit_code_three()
    {
        await MakeAsync();
        Outcome outcome = await _terminal.RunAsync(["drives", "inspect", .. Drives.Skip(1), Path.Combine(_directory, "nowhere")]);
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("offline", outcome.Out);
        Assert.Contains("set 0, position 0 is missing", outcome.Out);
    }

    [Theory]
    [InlineData("--set", "4")]
    [InlineData("--set", "2+4")]
    [InlineData("--set", "0+0")]
    [InlineData("--drives", "5")]
    [InlineData("--size", "5")]
    [InlineData("--bucket", "..")]
    public async Task Impossible_trees_are_wrong_usage(string option, string value)
    {
        Outcome outcome = await _terminal.RunAsync("drives", "make", Path.Combine(_directory, "x"), option, value);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
        Assert.False(Directory.Exists(Path.Combine(_directory, "x")));
    }

    [Fact]
    public async Task Drives_that_are_there_are_never_made_again()
    {
        await MakeAsync();
        Outcome again = await MakeAsync();
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("is there already", again.Error);
    }

    [Theory]
    [InlineData("bucket")]
    [InlineData("bucket/../../etc/passwd")]
    public async Task A_name_that_is_no_object_is_wrong_usage(string name) =>
        Assert.Equal(2, (await _terminal.RunAsync("drives", "get", _directory, name)).ExitCode);

    private string[] Drives => [.. Enumerable.Range(1, 8).Select(number => Path.Combine(_directory, $"disk{number}"))];

    private Task<Outcome> MakeAsync(params string[] more) => _terminal.RunAsync(["drives", "make", _directory, "--set", "2+2", "--drives", "8", .. more]);

    /// <summary>Puts one good shard back, so that two are left.</summary>
    private async Task<Outcome> RebuiltAsync(string[] parts, string text)
    {
        byte[] bytes = [.. File.ReadAllBytes(parts[1]).Select(value => (byte)~value)];
        File.WriteAllBytes(parts[1], bytes);
        Outcome got = await _terminal.RunAsync(["drives", "get", .. Drives, "bucket/numbers"]);
        Assert.Equal(text, got.Out);
        return got;
    }

    private string WriteFile(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
