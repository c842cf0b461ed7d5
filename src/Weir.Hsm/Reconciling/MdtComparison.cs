namespace Weir.Hsm.Reconciling;

/// <summary>What the file of one MDT says against what the stream says of it.</summary>
public sealed record MdtComparison
{
    public required string Mdt { get; init; }

    /// <summary>The file that was read; null when there is none.</summary>
    public string? Path { get; init; }

    /// <summary>Actions in the file.</summary>
    public long InFile { get; init; }

    /// <summary>Actions that are live by the stream.</summary>
    public long InStream { get; init; }

    /// <summary>Actions of the file that the stream does not know.</summary>
    public long Missing { get; init; }

    /// <summary>Actions that live in the stream only.</summary>
    public long Extra { get; init; }

    /// <summary>Actions with another status in the stream, as between a change and the shipper's next poll. A note, no error.</summary>
    public long Different { get; init; }

    public IReadOnlyList<ActionDifference> MissingExamples { get; init; } = [];

    public IReadOnlyList<ActionDifference> ExtraExamples { get; init; } = [];

    public IReadOnlyList<ActionDifference> DifferentExamples { get; init; } = [];

    /// <summary>Lines of the file that could not be read; as many of the extra actions may be theirs.</summary>
    public long LostLines { get; init; }

    /// <summary>Why the comparison could not be made, or not wholly; null when it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether the shippers say that the MDT's source is lost.</summary>
    public bool IsSourceLost { get; init; }

    /// <summary>Whether file and stream know the same actions.</summary>
    public bool IsInOrder => Missing == 0 && Extra == 0 && Problem is null;
}
