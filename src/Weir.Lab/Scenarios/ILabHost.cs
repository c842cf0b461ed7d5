using Weir.Feed;

namespace Weir.Lab.Scenarios;

/// <summary>A daemon around the laboratory's feed: the scenario starts it with its shipper, and stops it with it.</summary>
public interface ILabHost
{
    /// <summary>Records that somebody followed from outside, by a door of the daemon.</summary>
    long Followed { get; }

    /// <summary>Starts it.</summary>
    /// <param name="open">Opens the feed; the daemon closes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The daemon's feed.</returns>
    /// <exception cref="IOException">It does not start.</exception>
    Task<IFeedEngine> StartAsync(Func<IFeedEngine> open, CancellationToken cancellationToken);

    /// <summary>Stops it, when whoever follows it from outside has everything.</summary>
    /// <returns>What was not as it should be, one sentence each.</returns>
    Task<IReadOnlyList<string>> StopAsync(CancellationToken cancellationToken);
}
