namespace Weir.Health.Healing;

/// <summary>The repairs: what the API and the command line ask. Every member is safe to call from many threads, and answers from memory.</summary>
public interface IHeals
{
    /// <summary>
    /// Takes a repair in; durable when this returns. One for an object and version that wait already gives that one, with the higher of the two
    /// priorities.
    /// </summary>
    /// <exception cref="HealthException">Invalid, the queue is full, no feed now.</exception>
    Task<HealStatus> SubmitAsync(HealRequest request, CancellationToken cancellationToken = default);

    /// <summary>One by its id; null when there is none.</summary>
    HealStatus? Find(string id);

    /// <summary>Those in a state, or all: the waiting in the order of the queue, the ended newest first.</summary>
    IReadOnlyList<HealStatus> List(HealState? state, int offset, int limit);

    /// <summary>How many there are in each state.</summary>
    IReadOnlyDictionary<HealState, long> Counts { get; }

    /// <summary>How many wait, by the priority that they have now.</summary>
    IReadOnlyDictionary<HealthPriority, long> WaitingByPriority { get; }

    /// <summary>Takes one that waits back.</summary>
    /// <exception cref="HealthException">There is none, or it runs or has ended.</exception>
    Task<HealStatus> CancelAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Those that failed and were not dismissed, newest first.</summary>
    IReadOnlyList<HealStatus> Errors(int offset, int limit);

    /// <summary>Tries one that failed, or waits for its next try, at once.</summary>
    /// <exception cref="HealthException">There is none, or it is in no such state.</exception>
    Task<HealStatus> RetryAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Takes one that failed off the list of errors.</summary>
    /// <exception cref="HealthException">There is none, or it did not fail.</exception>
    Task DismissAsync(string id, CancellationToken cancellationToken = default);
}
