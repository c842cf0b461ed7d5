namespace Weir.Cli.Tests.Verbs.Hsm;

public sealed class TailRulesTests : ActionFeed
{
    [Theory]
    [InlineData("--on and --every go with --exec", "--on", "failed")]
    [InlineData("--on: 'sometimes' is not failed, stuck=DURATION", "--exec", "/bin/true", "--on", "sometimes")]
    [InlineData("--on: 'stuck=long' is not failed, stuck=DURATION", "--exec", "/bin/true", "--on", "stuck=long")]
    [InlineData("--every: 'often' is not a duration", "--exec", "/bin/true", "--every", "often")]
    public async Task Rules_that_cannot_be_meant_are_wrong_usage(string message, params string[] options)
    {
        await AppendAsync(Topic, New(1));
        Outcome outcome = await RunAsync(["hsm", "tail", .. options]);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rules_file_that_is_wrong_fails_with_the_place()
    {
        await AppendAsync(Topic, New(1));
        string file = Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "rules.yaml");
        await File.WriteAllTextAsync(file, "rules:\n  - on: failed\n", TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("hsm", "tail", "--rules", file);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"{file}:2: rules: 'rule1' does nothing", outcome.Error, StringComparison.Ordinal);
    }
}
