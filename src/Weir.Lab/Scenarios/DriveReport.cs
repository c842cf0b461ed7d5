namespace Weir.Lab.Scenarios;

/// <summary>What became of a <see cref="DriveScenario"/>.</summary>
public sealed record DriveReport
{
    /// <summary>Real time.</summary>
    public required TimeSpan Duration { get; init; }

    public required int Drives { get; init; }

    public required int Sets { get; init; }

    /// <summary>Data shards of each set.</summary>
    public required int Data { get; init; }

    public required int Parity { get; init; }

    public required int Objects { get; init; }

    public required int Versions { get; init; }

    /// <summary>Of all files on the drives.</summary>
    public required long Bytes { get; init; }

    /// <summary>What was done to the drives.</summary>
    public required IReadOnlyList<DriveTrouble> Troubles { get; init; }

    /// <summary>Why there was no drive that fails with EIO; null where there was one.</summary>
    public required string? WithoutFailingDrive { get; init; }

    /// <summary>What should not have happened. Empty: all is well.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    public bool Succeeded => Failures.Count == 0;

    /// <summary>The summary for people.</summary>
    public void WriteTo(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"Drives: {Drives} in {Sets} sets of {Data}+{Parity}, {Objects} objects, {Versions} versions, {Bytes / 1e6:0} MB, in {Duration.TotalSeconds:0.0} s");
        foreach (DriveTrouble trouble in Troubles) output.WriteLine($"  {trouble.What,-24} {trouble.Done,3} done {trouble.Found,3} found {trouble.Repaired,3} repaired");
        if (WithoutFailingDrive is { } reason) output.WriteLine($"  {DriveScenario.FailingDrive,-24} not tried: {reason}");
        output.WriteLine($"  checked    nothing else found, and every file as it was before: {(Succeeded ? "no difference" : $"{Failures.Count} differences")}");
        foreach (string failure in Failures) output.WriteLine($"  FAILED     {failure}");
    }
}
