using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.Feed.Consuming;

/// <summary>How consumers are registered and read.</summary>
public sealed record ConsumerRegistryOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Who this is, for whoever finds a consumer taken over.</summary>
    public string Owner { get; init; } = $"process {Environment.ProcessId} on {Environment.MachineName}";

    /// <summary>More consumers than this are not registered in one feed.</summary>
    public int MaxConsumers { get; init; } = 10_000;

    /// <summary>
    /// How long a reader may not notice that another process has taken its consumer over, aborted it or unregistered it. Within this process
    /// it is noticed at once.
    /// </summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How topics are coalesced for consumers that ask for it; the first that applies to a topic counts.</summary>
    public IReadOnlyList<ICoalescingRule> Coalescing { get; init; } = [];

    public FanOutOptions FanOut { get; init; } = FanOutOptions.Default;
}
