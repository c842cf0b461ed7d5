using Weir.Lab.Mdt;

namespace Weir.Lab.Scenarios;

/// <summary>What became of a <see cref="ShippingScenario"/>.</summary>
public sealed record ShippingReport
{
    public required int Seed { get; init; }

    /// <summary>Simulated time.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Real time.</summary>
    public required TimeSpan Duration { get; init; }

    public required int Mdts { get; init; }

    public required long Polls { get; init; }

    /// <summary>How often the feed was held against the truth.</summary>
    public required long Checks { get; init; }

    /// <summary>How often the shipper was started anew.</summary>
    public required long Restarts { get; init; }

    public required long Events { get; init; }

    /// <summary>Records that a consumer outside the daemon was given and acknowledged; null where no daemon ran.</summary>
    public long? Followed { get; init; }

    public required long LiveActions { get; init; }

    /// <summary>Actions whose final state no poll saw, and that were reported so.</summary>
    public required long VanishedUnfinished { get; init; }

    public required long SourcesLost { get; init; }

    public required long SourcesBack { get; init; }

    /// <summary>What the simulated MDTs did.</summary>
    public required MdtCounts Counts { get; init; }

    /// <summary>Every difference between the feed and the truth, and everything that failed. Empty: all is well.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    public bool Succeeded => Failures.Count == 0;

    /// <summary>The summary for people.</summary>
    public void WriteTo(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"HSM actions: {Mdts} MDTs, {Length.TotalMinutes:0} simulated minutes in {Duration.TotalSeconds:0.0} s (seed {Seed})");
        output.WriteLine($"  simulated  {Counts.Requests} requests, {Counts.CancelRequests} cancels, {Counts.Retries} retries, {Counts.FailOvers} fail-overs, {Counts.ReusedIndices} indices used again");
        output.WriteLine($"  files      {Counts.FilesWritten} written, {Counts.TornFiles} torn, {Counts.LostLines} lines lost, {Counts.GarbageLines} lines of garbage");
        output.WriteLine($"  shipped    {Events} events in {Polls} polls; shipper started anew {Restarts} times; sources lost {SourcesLost}, back {SourcesBack}");
        if (Followed is { } followed) output.WriteLine($"  served     {followed} records to a consumer by the daemon's socket, each once, over {Restarts} restarts of the daemon");
        output.WriteLine($"  live now   {LiveActions} actions; {VanishedUnfinished} vanished without a final state, and were reported so");
        output.WriteLine($"  checked    {Checks} times against the simulated truth: {(Succeeded ? "no difference" : $"{Failures.Count} differences")}");
        foreach (string failure in Failures) output.WriteLine($"  FAILED     {failure}");
    }
}
