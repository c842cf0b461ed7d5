namespace Weir.Erasure.Drives.Verifying;

/// <summary>Directories that are visited together on all drives.</summary>
internal sealed class WalkBatch(IReadOnlyList<WalkNode> nodes)
{
    public IReadOnlyList<WalkNode> Nodes => nodes;

    /// <summary>Ends when every drive has answered, or was given up; never fails.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    /// <summary>Whether what it found stands in the walk's list.</summary>
    public bool IsExpanded { get; set; }
}
