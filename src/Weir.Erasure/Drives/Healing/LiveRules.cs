using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>What is left alone beside a running server.</summary>
public static class LiveRules
{
    /// <summary>Takes versions out of a plan that the server may just be completing.</summary>
    public static ObjectPlan Apply(ObjectPlan plan, HealOptions options)
    {
        if (!options.IsLive) return plan;
        long newest = (options.Time.GetUtcNow() - options.SettleTime - DateTimeOffset.UnixEpoch).Ticks * 100;
        VersionRepair[] young = [.. plan.Repairs.Where(repair => repair.Verdict.ModTime > newest)];
        return young.Length == 0 ? plan : plan with
        {
            Repairs = [.. plan.Repairs.Except(young)],
            Refusals = [.. plan.Refusals, .. young.Select(repair => new Refusal(repair.Verdict, $"it is of {XlTime.Text(repair.Verdict.ModTime)}, and the server may yet complete it"))],
        };
    }
}
