using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Logging;
using Weir.Cli.Terminals;
using Weir.Cli.Verbs;
using Weir.Server.Configuration;

namespace Weir.Cli.Running;

/// <summary>Runs one command line from its words to its exit code.</summary>
internal static class Application
{
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(IReadOnlyList<string> words, Terminal terminal)
    {
        string path = "weir";
        using var signals = new Signals();
        try
        {
            CommandLine line = CommandLine.Read(OriginalNames.Expand(terminal.InvokedAs, words));
            path = line.Path;
            int exitCode = line.Verb is null
                ? WriteOverview(line, terminal)
                : await RunVerbAsync(line.Verb.Create(), line, terminal, signals.Token);
            terminal.Out.Flush();
            return OriginalNames.Translate(terminal.InvokedAs, exitCode);
        }
        catch (Exception exception)
        {
            return FailureReport.Write(exception, path, terminal, signals);
        }
    }

    private static int WriteOverview(CommandLine line, Terminal terminal)
    {
        if (line.Arguments.Contains("--version"))
        {
            terminal.Out.WriteLine($"weir {typeof(Application).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}");
            return ExitCode.Done;
        }

        bool isAskedFor = line.Arguments.Any(word => word is "--help" or "-h");
        if (!isAskedFor && line.Arguments.Count > 0) throw new UsageException($"'{line.Arguments[0]}' does not go with {line.Path} alone");
        var page = isAskedFor ? new HelpWriter(terminal) : new HelpWriter(text => terminal.WriteError(text + "\n"), terminal.Width, false);
        if (line.Group is null) HelpPages.WriteProgram(page);
        else HelpPages.WriteGroup(page, line.Group);
        return isAskedFor ? ExitCode.Done : ExitCode.WrongUsage;
    }

    private static async Task<int> RunVerbAsync(Verb verb, CommandLine line, Terminal terminal, CancellationToken cancellationToken)
    {
        Option<string?> logLevel = SharedOptions.LogLevel();
        verb.Options.Add(logLevel);
        verb.Options.Add(new HelpOption("--help", "-h") { Description = "This text." });
        ParseResult arguments = verb.Parse(line.Arguments, Parsing);
        if (arguments.Action is HelpAction)
        {
            HelpPages.WriteVerb(new HelpWriter(terminal), line.Path, verb);
            return ExitCode.Done;
        }

        if (FindMistypedOption(arguments, line.Arguments, verb) is { } mistyped)
            throw new UsageException($"'{mistyped}' is not an option of this verb{Suggestion.Phrase(mistyped, verb.Options.Select(option => option.Name))}");
        if (arguments.Errors.Count > 0) throw new UsageException(Explain(arguments));
        using var loggers = new LineLoggerFactory(terminal, verb.DefaultLogLevel, TimeProvider.System);
        if (arguments.GetValue(logLevel) is { } name) loggers.Minimum = LogLevels.TryParse(name, out LogLevel level) ? level : throw LogLevels.Unknown(name);
        var run = new Invocation(arguments, terminal, loggers) { HasLogLevel = arguments.GetValue(logLevel) is not null };
        return await verb.RunAsync(run, cancellationToken);
    }

    /// <summary>The first thing wrong.</summary>
    private static string Explain(ParseResult arguments) =>
        arguments.UnmatchedTokens.Count > 0 ? $"'{arguments.UnmatchedTokens[0]}' is one argument too many" : arguments.Errors[0].Message;

    /// <summary>The parser takes an unknown option for an argument; only after <c>--</c> can it be meant as one.</summary>
    private static string? FindMistypedOption(ParseResult arguments, IReadOnlyList<string> words, Verb verb)
    {
        IEnumerable<string> taken = verb.Arguments.SelectMany(argument => arguments.GetResult(argument)?.Tokens ?? []).Select(token => token.Value)
            .Concat(arguments.UnmatchedTokens);
        IEnumerable<string> beforeDashes = words.TakeWhile(word => word != "--");
        return taken.FirstOrDefault(word => word.Length > 1 && word[0] == '-' && beforeDashes.Contains(word));
    }
}
