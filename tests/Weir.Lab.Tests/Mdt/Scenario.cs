using Weir.Lab.Mdt;

namespace Weir.Lab.Tests.Mdt;

/// <summary>Histories that have everything in them within minutes of simulated time.</summary>
internal static class Scenario
{
    public static MdtClusterOptions Busy(int seed) => new()
    {
        Seed = seed,
        MdtCount = 2,
        HostCount = 3,
        ArrivalsPerSecond = 2,
        MaxRequests = 30,
        MeanRunTime = TimeSpan.FromSeconds(8),
        StuckProbability = 0.01,
        ActiveRequestTimeout = TimeSpan.FromSeconds(200),
        CancelProbability = 0.15,
        CatalogSlots = 3,
        RecordsPerLog = 150,
        FailOversPerHour = 12,
        TornFileProbability = 0.1,
        GarbageProbability = 0.2,
        LostLineProbability = 0.1,
    };

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5];
}
