namespace Weir.Erasure.Drives.Healing;

/// <summary>Is told what a run finds and does; one call at a time.</summary>
public interface IHealObserver
{
    /// <summary>An object was looked at for the plan. Its repairs, if any, are planned; what it refuses stays.</summary>
    void Looked(ObjectPlan plan);

    /// <summary>A repair ended.</summary>
    void Healed(ObjectOutcome outcome);

    /// <summary>An empty bucket was made on a drive that lacked it.</summary>
    void MadeBucket(Drive drive, string bucket);

    /// <summary>Something that no version needs was moved out of the way, or could not be.</summary>
    void Moved(Drive drive, string path, string? problem);
}
