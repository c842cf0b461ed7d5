using Weir.Feed;
using Weir.Lab.Mdt;

namespace Weir.Lab.Scenarios;

/// <summary>What <see cref="ShippingScenario"/> plays.</summary>
public sealed record ShippingScenarioOptions
{
    /// <summary>Where action files and feed go: empty, or not there yet.</summary>
    public required string Directory { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>
    /// Opens the feed to ship into, which has no topics of HSM actions yet; it is opened anew with each shipper. Null for one in
    /// <see cref="Directory"/>. What is opened here may be gone for a while: the scenario then waits for it.
    /// </summary>
    public Func<IFeedEngine>? OpenFeed { get; init; }

    /// <summary>A daemon around the feed, started and stopped with the shipper; null: none.</summary>
    public ILabHost? Host { get; init; }

    /// <summary>How long a feed of <see cref="OpenFeed"/> may be gone, in real time.</summary>
    public TimeSpan MaxOutage { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How much simulated time passes.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Simulated time from poll to poll.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After so many polls the feed is held against the truth.</summary>
    public int PollsPerCheck { get; init; } = 4;

    /// <summary>After so many polls the shipper is thrown away and started anew, every other time without its snapshot.</summary>
    public int PollsPerRestart { get; init; } = 25;

    /// <summary>The MDTs; its seed is replaced by <see cref="Seed"/>.</summary>
    public MdtClusterOptions Cluster { get; init; } = MdtClusterOptions.Default with { FailOversPerHour = 6 };
}
