using Weir.Lustre;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Core;

/// <summary>What an agent asks for in a <c>recv</c>. Counts are totals, what it runs already included; negative means unlimited.</summary>
public readonly record struct ReceiveLimits(long MaxArchive = -1, long MaxRestore = -1, long MaxRemove = -1, long MaxBytes = ReceiveLimits.DefaultBytes)
{
    /// <summary>No limits, and the buffer of a client that does not say.</summary>
    public ReceiveLimits() : this(-1) { }

    /// <summary>What <c>max_bytes</c> is when it is not said.</summary>
    public const long DefaultBytes = 1024 * 1024;

    /// <summary>The least <c>max_bytes</c> may be: the head of an item and 100 bytes.</summary>
    public const long LeastBytes = HsmActionItem.HeadBytes + 100;

    /// <summary>The limit of one kind of work.</summary>
    public long Of(HsmAction action) => action switch
    {
        HsmAction.Archive => MaxArchive,
        HsmAction.Restore => MaxRestore,
        HsmAction.Remove => MaxRemove,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Only archives, restores and removes have limits."),
    };
}
