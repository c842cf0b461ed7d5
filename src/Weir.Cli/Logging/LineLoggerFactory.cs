using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Cli.Terminals;

namespace Weir.Cli.Logging;

/// <summary>
/// Writes log messages as lines of standard error (<c>weir: warning: text</c>), or of a file with the time before them, or as JSON objects.
/// </summary>
internal sealed class LineLoggerFactory(Terminal terminal, LogLevel minimum, TimeProvider time) : ILoggerFactory
{
    private readonly Lock _fileLock = new();

    /// <summary>What is below it is not written, by loggers made before too.</summary>
    public LogLevel Minimum { get; set; } = minimum;

    /// <summary>The file that messages are appended to; null: standard error.</summary>
    public string? File { get; set; }

    /// <summary>Whether a message is a JSON object (<see cref="JsonLogLine"/>) rather than text.</summary>
    public bool IsJson { get; set; }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Messages go to standard error or one file.");

    public void Dispose() { }

    private void Write(LogLevel level, string text)
    {
        string line = $"{LogLevels.Name(level)}: {Printable.Line(text.ReplaceLineEndings(" "))}";
        if (File is { } file && TryAppend(file, line)) return;
        terminal.Say(line);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private void WriteJson(string line)
    {
        if (File is not { } file || !TryAppendLine(file, line)) terminal.WriteError(line + "\n");
    }

    /// <summary>Opens the file for each message, so that it may be renamed or cut by whoever rotates logs.</summary>
    private bool TryAppend(string file, string line) =>
        TryAppendLine(file, $"{Now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {line}");

    private bool TryAppendLine(string file, string line)
    {
        try
        {
            lock (_fileLock) System.IO.File.AppendAllText(file, line + "\n");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File = null;
            terminal.Say($"warning: the log file {file} cannot be written: {exception.Message} Messages go to standard error from here on.");
            return false;
        }
    }

    private sealed class LineLogger(LineLoggerFactory owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.Minimum && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string text = formatter(state, exception);
            if (owner.IsJson)
            {
                owner.WriteJson(JsonLogLine.Compose(owner.Now, logLevel, eventId, category, text, state as IEnumerable<KeyValuePair<string, object?>>, exception));
                return;
            }

            if (exception is not null && !text.Contains(exception.Message, StringComparison.Ordinal)) text += ": " + exception.Message;
            owner.Write(logLevel, text);
        }
    }
}
