namespace Weir.Cli.Tests.Running;

public sealed class UsageTests
{
    private readonly TestTerminal _terminal = new();

    [Theory]
    [InlineData("config chek", "weir: 'chek' is not a verb of weir config; did you mean 'check'?\nweir: 'weir --help' explains how it is used.\n")]
    [InlineData("confg show", "weir: 'confg' is not a verb of weir; did you mean 'config'?\nweir: 'weir --help' explains how it is used.\n")]
    [InlineData("config show --jsn", "weir: '--jsn' is not an option of this verb; did you mean '--json'?\nweir: 'weir config show --help' explains how it is used.\n")]
    [InlineData("config check --confg f", "weir: '--confg' is not an option of this verb; did you mean '--config'?\nweir: 'weir config check --help' explains how it is used.\n")]
    [InlineData("config show more", "weir: 'more' is one argument too many.\nweir: 'weir config show --help' explains how it is used.\n")]
    [InlineData("config show --config", "weir: Required argument missing for option: '--config'.\nweir: 'weir config show --help' explains how it is used.\n")]
    [InlineData("config show --log-level loud", "weir: 'loud' is not a log level; there are trace, debug, info, warning, error, critical, none.\nweir: 'weir config show --help' explains how it is used.\n")]
    [InlineData("config --json", "weir: '--json' does not go with weir config alone.\nweir: 'weir config --help' explains how it is used.\n")]
    public async Task A_wrong_command_line_ends_with_two_and_a_hint_on_standard_error(string line, string message)
    {
        Outcome outcome = await _terminal.RunAsync(line.Split(' '));
        Assert.Equal((2, "", message), (outcome.ExitCode, outcome.Out, outcome.Error));
    }

    [Theory]
    [InlineData("", "weir GROUP VERB")]
    [InlineData("config", "weir config VERB")]
    public async Task Too_few_words_print_the_overview_on_standard_error_and_end_with_two(string line, string usage)
    {
        Outcome outcome = await _terminal.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
        Assert.Contains(usage, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_one_line_of_standard_output()
    {
        Outcome outcome = await _terminal.RunAsync("--version");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Matches(@"^weir \d+\.\d+\.\d+[^\n]*\n$", outcome.Out);
    }

    [Fact]
    public async Task A_global_option_may_stand_before_the_verb()
    {
        Outcome outcome = await _terminal.RunAsync("--feed", "file:/config", "config", "show");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("url: \"file:/config\"", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("# command line --feed", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_two_dashes_a_word_is_an_argument_whatever_it_looks_like()
    {
        Outcome outcome = await _terminal.RunAsync("config", "check", "--", "--confg");
        Assert.Equal((1, "weir: --confg: there is no such file\n"), (outcome.ExitCode, outcome.Error));
    }

    [Fact]
    public async Task A_word_that_starts_with_an_at_sign_is_no_file_of_words()
    {
        Outcome outcome = await _terminal.RunAsync("config", "check", "@/dev/null");
        Assert.Equal("weir: @/dev/null: there is no such file\n", outcome.Error);
    }
}
