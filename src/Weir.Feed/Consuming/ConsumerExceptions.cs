using System.Globalization;

namespace Weir.Feed.Consuming;

/// <summary>There is no consumer of this name.</summary>
public sealed class ConsumerNotFoundException(string name, string address)
    : FeedException($"There is no consumer '{name}' in {address}; register it first (weir feed register).")
{
    public string Consumer { get; } = name;
}

/// <summary>A consumer of this name is registered already, and asks for something else.</summary>
public sealed class ConsumerExistsException(string name, string address)
    : FeedException($"A consumer '{name}' is registered in {address} and asks for something else; unregister it first, or take another name.")
{
    public string Consumer { get; } = name;
}

/// <summary>The consumer went past a limit and nothing is kept for it any more. It starts again by registering again.</summary>
public sealed class ConsumerAbortedException(ConsumerInfo consumer)
    : FeedException(Describe(consumer))
{
    public ConsumerInfo Consumer { get; } = consumer;

    private static string Describe(ConsumerInfo consumer)
    {
        ConsumerAbort abort = consumer.Abort!;
        string losses = string.Join("; ", abort.Losses.Select(static loss => string.Create(
            CultureInfo.InvariantCulture, $"topic '{loss.Topic}': {loss.Records} records from {loss.FirstId} to {loss.LastId}")));
        return $"Consumer '{consumer.Name}' was aborted at {FilterTime.Format(abort.At)}: {abort.Reason}. Not kept for it: {(losses.Length == 0 ? "nothing" : losses)}. "
            + "To start again, register it again: from 'first' or an id, to have what is still there, or from 'last'.";
    }
}

/// <summary>Somebody else reads as this consumer now; this reader is over.</summary>
public sealed class ConsumerTakenOverException(string name, ReaderSession? by)
    : FeedException(by is null
        ? $"Consumer '{name}' was unregistered, or registered anew, while it was read."
        : $"Consumer '{name}' is read by {by.Owner} since {FilterTime.Format(by.Since)}, who took over from this reader. One reader at a time has a consumer.")
{
    public string Consumer { get; } = name;

    /// <summary>Who reads now; null when the registration itself is gone.</summary>
    public ReaderSession? By { get; } = by;
}

/// <summary>What was acknowledged has not been given to the consumer, or is no record of its topics; nothing was changed.</summary>
public sealed class AcknowledgementException(string message) : FeedException(message);
