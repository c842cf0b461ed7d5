using System.Text.Json;

namespace Weir.Cli.Tests.Verbs;

public sealed class TokenVerbTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-cli-");
    private readonly TestTerminal _terminal = new();

    private string Tokens => Path.Combine(_directory.FullName, "tokens");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_token_is_printed_once_listed_without_its_text_and_removed()
    {
        Outcome added = await _terminal.RunAsync("config", "token", "add", "grafana", "--role", "operator", "--file", Tokens);
        Assert.Equal(0, added.ExitCode);
        Assert.StartsWith("weir_", added.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await _terminal.RunAsync("config", "token", "add", "grafana", "--file", Tokens)).ExitCode);

        Outcome listed = await _terminal.RunAsync("config", "token", "list", "--file", Tokens, "--json");
        using JsonDocument token = JsonDocument.Parse(listed.Out);
        Assert.Equal(("grafana", "operator"), (token.RootElement.GetProperty("name").GetString(), token.RootElement.GetProperty("role").GetString()));
        Assert.DoesNotContain(added.Out.Trim()[20..], listed.Out, StringComparison.Ordinal);
        Assert.Contains("grafana", (await _terminal.RunAsync("config", "token", "list", "--file", Tokens)).Out, StringComparison.Ordinal);

        Assert.Equal(0, (await _terminal.RunAsync("config", "token", "remove", "grafana", "--file", Tokens)).ExitCode);
        Assert.Equal(1, (await _terminal.RunAsync("config", "token", "remove", "grafana", "--file", Tokens)).ExitCode);
        Assert.Empty((await _terminal.RunAsync("config", "token", "list", "--file", Tokens)).Out);
    }

    [Theory]
    [InlineData("add")]
    [InlineData("remove")]
    [InlineData("list", "name")]
    [InlineData("steal", "name")]
    [InlineData("add", "name", "--role", "king")]
    [InlineData("add", " name")]
    public async Task What_cannot_be_meant_is_wrong_usage(params string[] words) =>
        Assert.Equal(2, (await _terminal.RunAsync(["config", "token", .. words, "--file", Tokens])).ExitCode);
}
