using Weir.Lab.Coordinators;

namespace Weir.Lab.Scenarios;

/// <summary>The agents of the laboratory: a fast one, a usual one, one that serves one archive only, and a slow one that is often away.</summary>
internal static class Fleet
{
    /// <param name="seed">What happens to them.</param>
    /// <param name="strength">How much they do: with 1 some two archives a second, all together.</param>
    public static IReadOnlyList<SimulatedAgent> Make(int seed, int strength)
    {
        AgentBehaviour usual = new() { MeanRunTime = TimeSpan.FromSeconds(6), MaxOfEach = 3 * strength, CrashProbability = 0.001, HangProbability = 0.002, DisconnectProbability = 0.004, MeanAbsence = TimeSpan.FromSeconds(15) };
        return
        [
            new("fast", usual with { MeanRunTime = TimeSpan.FromSeconds(2), MaxOfEach = 2 * strength }, seed),
            new("usual", usual, unchecked(seed + 1)),
            new("one-archive", usual with { ArchiveIds = [1] }, unchecked(seed + 2)),
            new("slow", usual with { MeanRunTime = TimeSpan.FromSeconds(25), MaxOfEach = 5 * strength, CrashProbability = 0.01, DisconnectProbability = 0.01, MeanAbsence = TimeSpan.FromSeconds(40) }, unchecked(seed + 3)),
        ];
    }
}
