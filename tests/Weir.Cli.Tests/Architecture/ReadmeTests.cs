using System.CommandLine;
using System.Text.RegularExpressions;
using Weir.Cli.Running;
using Weir.Cli.Verbs;

namespace Weir.Cli.Tests.Architecture;

/// <summary>What the README shows can be typed, and what can be typed is in the README.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Text = Repository.Read("README.md");

    /// <summary>The commands in the README's code blocks.</summary>
    public static TheoryData<string> Commands => [.. FindCommands()];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_is_one_that_weir_accepts(string command)
    {
        CommandLine line = CommandLine.Read(ShellWords.Split(command)[1..]);
        if (line.Verb is null)
        {
            Assert.Contains(line.Arguments, word => word is "--help" or "--version");
            return;
        }

        Verb verb = line.Verb.Create();
        verb.Options.Add(SharedOptions.LogLevel());
        verb.Options.Add(new System.CommandLine.Help.HelpOption("--help", "-h"));
        ParseResult parsed = verb.Parse(line.Arguments);
        Assert.True(parsed.Errors.Count == 0, string.Join(' ', parsed.Errors.Select(error => error.Message)));
        IEnumerable<string> taken = verb.Arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? []).Select(token => token.Value);
        Assert.DoesNotContain(taken, word => word.StartsWith("--", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_verb_has_its_how_to()
    {
        IEnumerable<string> verbs = VerbTable.Groups.SelectMany(group => group.Verbs.Select(verb => $"weir {group.Name} {verb.Name}"))
            .Concat(VerbTable.Singles.Select(verb => $"weir {verb.Name}"));
        string[] commands = [.. FindCommands().Select(command => command.TrimStart('.', '/'))];
        Assert.All(verbs, verb => Assert.Contains(commands, command => (command + " ").StartsWith(verb + " ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_option_that_is_named_exists()
    {
        IEnumerable<VerbEntry> verbs = VerbTable.Groups.SelectMany(group => group.Verbs).Concat(VerbTable.Singles);
        HashSet<string> known =
        [
            .. verbs.SelectMany(verb => verb.Create().Options).SelectMany(option => option.Aliases.Append(option.Name)), SharedOptions.LogLevelName, "--help", "--version",
            .. OptionName().Matches(Repository.Read("test")).Select(match => match.Value),
        ];
        string ours = OtherPrograms().Replace(Text, "");
        Assert.All(OptionName().Matches(ours).Select(match => match.Value), option => Assert.Contains(option, known));
    }

    [Fact]
    public void Both_first_commands_are_there()
    {
        Assert.Contains("./test", Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "test")) && File.Exists(Path.Combine(Repository.Root, "weir")));
    }

    private static IEnumerable<string> FindCommands() =>
        from block in CodeBlock().Matches(Text)
        from line in block.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        from part in Comment().Replace(line, "").Split(" | ").SelectMany(part => part.Split(" && "))
        let command = Redirection().Replace(Variables().Replace(part.Trim(), ""), "").TrimEnd(' ', '&')
        where command.StartsWith("weir ", StringComparison.Ordinal) || command.StartsWith("./weir ", StringComparison.Ordinal)
        select command;

    [GeneratedRegex("```(?:sh|bash|console)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\s+#\s.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^([A-Z_]+=\S+ )+")]
    private static partial Regex Variables();

    [GeneratedRegex(@" [<>]+ ?\S+")]
    private static partial Regex Redirection();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]+")]
    private static partial Regex OptionName();

    /// <summary>Commands of other programs, which have options of their own.</summary>
    [GeneratedRegex(@"^\s*(git|jq|dotnet|apt-get) .*$", RegexOptions.Multiline)]
    private static partial Regex OtherPrograms();
}
