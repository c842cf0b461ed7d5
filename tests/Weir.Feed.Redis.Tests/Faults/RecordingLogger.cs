using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Keeps what is logged and tells when something is.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _said = new();
    private readonly Channel<bool> _more = Channel.CreateUnbounded<bool>();

    public string[] Said(int eventId) => [.. _said.Where(line => line.Id == eventId).Select(line => line.Text)];

    public async Task WaitForAsync(int eventId, CancellationToken cancellationToken)
    {
        while (Said(eventId).Length == 0) await _more.Reader.ReadAsync(cancellationToken);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _said.Enqueue((eventId.Id, formatter(state, exception)));
        _more.Writer.TryWrite(true);
    }
}
