using Microsoft.Extensions.Logging;

namespace Weir.Server.Tests.Hosting;

/// <summary>Keeps what is logged, and lets a test wait for a message by its number.</summary>
internal sealed class CapturedLog : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<(int Event, string Text)> _messages = [];
    private readonly List<(int Event, int Count, string Part, TaskCompletionSource<string> Source)> _waiting = [];

    /// <summary>The text of the <paramref name="count"/>th message of this number that contains <paramref name="part"/>, once it is there.</summary>
    public Task<string> WhenAsync(int eventId, int count = 1, string part = "")
    {
        lock (_gate)
        {
            var source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((eventId, count, part, source));
            Look();
            return source.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    public string All()
    {
        lock (_gate) return string.Join('\n', _messages.Select(message => $"{message.Event} {message.Text}"));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _messages.Add((eventId.Id, $"{formatter(state, exception)} {exception}"));
            Look();
        }
    }

    public void Dispose()
    {
    }

    private void Look()
    {
        foreach ((int eventId, int count, string part, TaskCompletionSource<string> source) in _waiting)
        {
            string? found = _messages.Where(message => message.Event == eventId && message.Text.Contains(part, StringComparison.Ordinal)).Skip(count - 1).Select(message => message.Text).FirstOrDefault();
            if (found is not null) source.TrySetResult(found);
        }
    }
}
