namespace Weir.Lab.Scenarios;

/// <summary>What became of a <see cref="CoordinatorScenario"/>.</summary>
public sealed record CoordinatorReport
{
    /// <summary>Simulated time.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Real time.</summary>
    public required TimeSpan Duration { get; init; }

    public required int Agents { get; init; }

    /// <summary>That users asked for.</summary>
    public required long Requests { get; init; }

    /// <summary>Requests and cancels given to agents; more than were asked for, as some come back.</summary>
    public required long HandedOut { get; init; }

    /// <summary>Crashes, hangs and lost connections of agents.</summary>
    public required long Troubles { get; init; }

    /// <summary>How often the coordinator was ended in the middle of something.</summary>
    public required long Kills { get; init; }

    /// <summary>How often somebody's request waited while another's was served, and no longer than the bound says.</summary>
    public required long FairnessChecks { get; init; }

    /// <summary>What should not have happened. Empty: all is well.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    public bool Succeeded => Failures.Count == 0;

    /// <summary>The summary for people.</summary>
    public void WriteTo(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"Coordinator: {Agents} agents, {Length.TotalMinutes:0} simulated minutes in {Duration.TotalSeconds:0.0} s");
        output.WriteLine($"  simulated  {Requests} requests, handed out {HandedOut} times; agents crashed, hung or were cut off {Troubles} times, the server was killed {Kills} times");
        output.WriteLine($"  checked    every request ended, none at two agents, limits kept, nobody starved ({FairnessChecks} times passed by): {(Succeeded ? "no violation" : $"{Failures.Count} violations")}");
        foreach (string failure in Failures) output.WriteLine($"  FAILED     {failure}");
    }
}
