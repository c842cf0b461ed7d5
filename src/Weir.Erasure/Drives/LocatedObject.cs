using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>A version of an object that can be read, and what its set's drives say about it.</summary>
public sealed record LocatedObject
{
    public required ObjectName Name { get; init; }

    public required DrivePool Pool { get; init; }

    public required int Set { get; init; }

    public required VersionCandidate Version { get; init; }

    /// <summary>The metadata of every position of the set.</summary>
    public required IReadOnlyList<DriveMetadata> Answers { get; init; }

    /// <summary>What an operator should know: versions passed over, drives that disagree.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The object's record.</summary>
    public XlObject Content => Version.Body.Object!;
}
