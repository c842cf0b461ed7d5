using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <summary>A number for each kind of work.</summary>
public struct WorkCounts : IEquatable<WorkCounts>
{
    public long Archive { get; set; }

    public long Restore { get; set; }

    public long Remove { get; set; }

    public readonly long Total => Archive + Restore + Remove;

    public readonly long Of(HsmAction action) => action switch
    {
        HsmAction.Archive => Archive,
        HsmAction.Restore => Restore,
        _ => Remove,
    };

    public readonly bool Equals(WorkCounts other) => Archive == other.Archive && Restore == other.Restore && Remove == other.Remove;

    public override readonly bool Equals(object? obj) => obj is WorkCounts other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Archive, Restore, Remove);

    public static bool operator ==(WorkCounts left, WorkCounts right) => left.Equals(right);

    public static bool operator !=(WorkCounts left, WorkCounts right) => !left.Equals(right);

    internal void Add(HsmAction action, long count)
    {
        switch (action)
        {
            case HsmAction.Archive:
                Archive += count;
                break;
            case HsmAction.Restore:
                Restore += count;
                break;
            default:
                Remove += count;
                break;
        }
    }
}
