using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Is told what a run finds and does; one call at a time.</summary>
public interface IHealObserver
{
    /// <summary>An object was looked at for the plan. Its repairs, if any, are planned; what it refuses stays.</summary>
    void Looked(ObjectPlan plan);

    /// <summary>A repair ended.</summary>
    void Healed(ObjectOutcome outcome);
}
