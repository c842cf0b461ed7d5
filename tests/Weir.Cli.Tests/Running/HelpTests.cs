using Weir.Cli.Verbs;

namespace Weir.Cli.Tests.Running;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs =>
    [
        .. VerbTable.Groups.SelectMany(group => group.Verbs.Select(verb => $"{group.Name} {verb.Name}")), .. VerbTable.Singles.Select(verb => verb.Name),
    ];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_has_a_whole_page_that_fits_the_width(string verb)
    {
        Outcome outcome = await new TestTerminal().RunAsync([.. verb.Split(' '), "--help"]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.StartsWith($"weir {verb} - ", outcome.Out);
        foreach (string heading in (string[])["USAGE", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES"])
            Assert.Contains($"\n{heading}\n  ", outcome.Out, StringComparison.Ordinal);
        Assert.All(outcome.Out.Split('\n'), line => Assert.True(line.Length <= 100 || !line.TrimStart().Contains(' ') || IsExample(line), line));
        Assert.DoesNotContain('\e', outcome.Out);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_option_says_what_it_is_for(string verb)
    {
        Verb built = Find(verb).Create();
        Assert.Equal(verb.Split(' ')[^1], built.Name);
        Assert.All(built.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(built.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
        Assert.All(built.Options.Where(option => option.ValueType != typeof(bool)), option => Assert.False(string.IsNullOrEmpty(option.HelpName), option.Name));
        Outcome outcome = await new TestTerminal().RunAsync([.. verb.Split(' '), "--help"]);
        Assert.All(built.Options, option => Assert.Contains(option.Name, outcome.Out, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_example_is_a_command_line_that_the_verb_accepts(string verb)
    {
        Assert.NotEmpty(Find(verb).Create().Help.Examples);
        foreach (string command in Find(verb).Create().Help.Examples.Select(example => example.Term))
        {
            string own = command[command.IndexOf("weir ", StringComparison.Ordinal)..];
            foreach (char end in "|>&") own = own.Split($" {end}")[0];
            string[] words = ShellWords.Split(own);
            Assert.Equal(["weir", .. verb.Split(' ')], words[..(verb.Split(' ').Length + 1)]);
            System.CommandLine.ParseResult parsed = Find(verb).Create().Parse(words[(verb.Split(' ').Length + 1)..]);
            Assert.True(parsed.Errors.Count == 0, $"{command}: {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
        }

        await Task.CompletedTask;
    }

    [Fact]
    public async Task Help_as_a_word_is_the_same_as_the_option()
    {
        Outcome asWord = await new TestTerminal().RunAsync("help", "config", "show");
        Outcome asOption = await new TestTerminal().RunAsync("config", "show", "-h");
        Assert.Equal(asOption, asWord);
        Assert.Equal((await new TestTerminal().RunAsync("--help")).Out, (await new TestTerminal().RunAsync("help")).Out);
    }

    [Fact]
    public async Task Headings_are_bold_on_a_terminal_and_never_with_NO_COLOR()
    {
        var terminal = new TestTerminal { IsTerminal = true };
        Assert.Contains("\e[1m", (await terminal.RunAsync("--help")).Out, StringComparison.Ordinal);
        terminal.Variables["NO_COLOR"] = "1";
        Assert.DoesNotContain("\e", (await terminal.RunAsync("--help")).Out, StringComparison.Ordinal);
    }

    private static bool IsExample(string line) => line.StartsWith("  weir ", StringComparison.Ordinal) || line.Contains("| weir ", StringComparison.Ordinal);

    private static VerbEntry Find(string verb)
    {
        string[] words = verb.Split(' ');
        return words.Length == 1 ? VerbTable.Find(VerbTable.Singles, words[0])! : VerbTable.Find(VerbTable.FindGroup(words[0])!.Verbs, words[1])!;
    }
}
