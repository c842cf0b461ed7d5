using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Weir.Feed.Tests.Log;

/// <summary>Keeps what was logged.</summary>
internal sealed class EventLog : ILogger
{
    public const int TailCut = 1001;
    public const int DamageSkipped = 1002;
    public const int AcknowledgedDamaged = 1003;
    public const int Poisoned = 1005;
    public const int Reopened = 1006;

    private readonly ConcurrentQueue<(int Id, string Text)> _events = new();

    public IReadOnlyCollection<(int Id, string Text)> Events => _events;

    public bool Has(int id) => _events.Any(e => e.Id == id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Enqueue((eventId.Id, formatter(state, exception)));
}
