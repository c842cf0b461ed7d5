using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs;

/// <summary>What a verb was called with, and what it may use.</summary>
internal sealed class Invocation(ParseResult arguments, Terminal terminal, ILoggerFactory loggers)
{
    public Terminal Terminal { get; } = terminal;

    /// <summary>Standard output, for data.</summary>
    public OutputBuffer Out => Terminal.Out;

    public ILoggerFactory Loggers { get; } = loggers;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    public T Get<T>(Argument<T> argument) => arguments.GetRequiredValue(argument);

    /// <summary>Whether the option stood on the command line.</summary>
    public bool Has(Option option) => arguments.GetResult(option) is { Implicit: false };
}
