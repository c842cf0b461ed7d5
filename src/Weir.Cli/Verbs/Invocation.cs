using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Logging;
using Weir.Cli.Running;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs;

/// <summary>What a verb was called with, and what it may use.</summary>
internal sealed class Invocation(ParseResult arguments, Terminal terminal, LineLoggerFactory loggers)
{
    public Terminal Terminal { get; } = terminal;

    /// <summary>Standard output, for data.</summary>
    public OutputBuffer Out => Terminal.Out;

    public ILoggerFactory Loggers => loggers;

    /// <summary>Whether <c>--log-level</c> was given, which then goes before what a configuration says.</summary>
    public bool HasLogLevel { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Sets the level that a configuration asks for, unless the command line has one.</summary>
    /// <exception cref="UsageException">There is no such level.</exception>
    public void UseLogLevel(string name)
    {
        if (!LogLevels.TryParse(name, out LogLevel level)) throw LogLevels.Unknown(name);
        if (!HasLogLevel) loggers.Minimum = level;
    }

    /// <summary>Lets log messages go to a file rather than to standard error.</summary>
    public void UseLogFile(string path) => loggers.File = path;

    /// <summary>Lets each log message be a JSON object, or a line of text.</summary>
    public void UseJsonLog(bool isJson) => loggers.IsJson = isJson;

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    public T Get<T>(Argument<T> argument) => arguments.GetRequiredValue(argument);

    /// <summary>An argument that may be left out.</summary>
    public T? Find<T>(Argument<T> argument) => arguments.GetValue(argument);

    /// <summary>Whether the option stood on the command line.</summary>
    public bool Has(Option option) => arguments.GetResult(option) is { Implicit: false };
}
