using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Decides from a verdict what a repair does: for each position only the missing piece, and nothing where it cannot be done without guessing.
/// </summary>
public static class HealPlanner
{
    public static ObjectPlan Plan(ObjectVerdict verdict)
    {
        var repairs = new List<VersionRepair>();
        var refusals = new List<Refusal>();
        foreach (VersionVerdict version in verdict.Versions.Where(version => version.Verdict != Verdict.Healthy))
        {
            if (Refuse(version, verdict) is { } reason) refusals.Add(new(version, reason));
            else repairs.Add(new(version, [.. version.Shards.Where(IsLacking).Select(Repair)]));
        }

        return new(verdict, repairs, refusals);
    }

    private static bool IsLacking(ShardVerdict shard) => (shard.Needs & ShardNeeds.Unknown) == 0 && shard.Needs != ShardNeeds.None && shard.Drive is not null;

    private static ShardRepair Repair(ShardVerdict shard) =>
        new(shard.Position, shard.Drive!, shard.Shard, !shard.HasMetadata, (shard.Needs & ShardNeeds.Data) == 0 ? [] : shard.Parts);

    private static string? Refuse(VersionVerdict version, ObjectVerdict verdict)
    {
        switch (version.Verdict)
        {
            case Verdict.Unrecoverable: return "fewer good shards are left than it has data shards";
            case Verdict.SubQuorum: return "too few drives hold its record for it to count: a write that never finished, or the rest of something deleted";
            case Verdict.InconsistentMetadata: return "its drives disagree, and it is not known which of them are right";
            case Verdict.Orphan: return "no version refers to these shards";
            case Verdict.Foreign: return "it is coded for a set of another size";
            case Verdict.Legacy: return "RustFS before 1.0.0-alpha.87 wrote it, whose parity follows another code";
        }

        if (version.Version is not { Stands: true } chosen || !version.IsRepairable || !version.Shards.Any(IsLacking))
        {
            return version.Verdict == Verdict.Misplaced ? "it lies in another set than its name belongs to" : "with drives away it cannot be known";
        }

        if (chosen.Body.Object is not { } content) return null;
        if (content.Dialect != XlDialect.Modern) return "RustFS before 1.0.0-alpha.87 wrote it, whose parity follows another code";
        if (content.HashAlgorithm != XlHashAlgorithm.HighwayHash256Streaming || content.WholeHashes.Count > 0 || IsVersion1(version, verdict))
        {
            return "it is of MinIO's format before June 2020, whose records differ from drive to drive; a server of a later release rewrites it";
        }

        bool hasShards = content is { Size: > 0, IsRemote: false };
        int good = version.Shards.Count(shard => shard.HasData);
        return hasShards && good < content.Data ? $"{good} good shards are known, and {content.Data} are needed" : null;
    }

    private static bool IsVersion1(VersionVerdict version, ObjectVerdict verdict) =>
        verdict.Answers.Count > 0 && version.Version!.Holders.Keys.All(position => Donors.Find(verdict.Answers[position], version.VersionId!.Value) is null);
}
