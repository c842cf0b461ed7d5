using Microsoft.Extensions.Logging;
using Weir.Cli.Terminals;

namespace Weir.Cli.Logging;

/// <summary>Writes log messages as lines of standard error: <c>weir: warning: text</c>.</summary>
internal sealed class StderrLoggerFactory(Terminal terminal, LogLevel minimum) : ILoggerFactory
{
    /// <summary>What is below it is not written, by loggers made before too.</summary>
    public LogLevel Minimum { get; set; } = minimum;

    public ILogger CreateLogger(string categoryName) => new LineLogger(terminal, this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Messages go to standard error and nowhere else.");

    public void Dispose() { }

    private sealed class LineLogger(Terminal terminal, StderrLoggerFactory owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.Minimum && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string text = formatter(state, exception);
            if (exception is not null && !text.Contains(exception.Message, StringComparison.Ordinal)) text += ": " + exception.Message;
            terminal.Say($"{LogLevels.Name(logLevel)}: {text.ReplaceLineEndings(" ")}");
        }
    }
}
