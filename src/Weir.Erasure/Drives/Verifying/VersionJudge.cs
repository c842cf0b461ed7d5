using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Says what is true of a version from what was seen of its shards. Counts follow the servers': a record counts with as many holders as
/// there are data shards (half of the set for delete markers and empty objects); what is unknown is counted neither as good nor as lost.
/// </summary>
internal static class VersionJudge
{
    public static VersionVerdict Judge(VersionCase version)
    {
        VersionCandidate? chosen = version.Records.Chosen;
        XlObject? content = version.Content;
        int holders = version.Shards.Count(shard => shard.HasMetadata);
        int data = version.HasShards ? version.Shards.Count(shard => shard.HasData) : holders;
        int needed = version.HasShards ? content!.Data : 0;
        int good = version.Shards.Count(shard => shard.Needs == ShardNeeds.None);
        int margin = chosen is null ? -1 : version.HasShards ? GoodForReading(version) - content!.Data : good - chosen.Quorum;
        Verdict verdict = Decide(version, holders, data, needed, margin);
        int belongs = version.Name.ChooseSet(version.Pool.Format);
        if (belongs != version.Set)
        {
            version.Note(FindingKind.WrongSet, null, $"it lies in set {version.Set}, and its name belongs in set {belongs}");
            // What is whole, or the piece of something, in the wrong set is its own case; what is damaged is damaged before all.
            if (verdict is Verdict.Healthy or Verdict.SubQuorum) verdict = Verdict.Misplaced;
        }

        bool isHealthy = verdict == Verdict.Healthy;
        return new()
        {
            Name = version.Name,
            VersionId = version.Records.VersionId,
            ModTime = version.Records.ModTime,
            Verdict = verdict,
            Data = content?.Data ?? 0,
            Parity = content?.Parity ?? 0,
            Good = good,
            Margin = margin,
            Findings = isHealthy ? [] : [.. version.Findings, .. version.Shards.SelectMany(shard => shard.Findings)],
            Shards = isHealthy ? [] : [.. version.Shards.Select(shard => shard.ToVerdict())],
            Version = chosen,
            IsInline = version.Shards.Any(shard => shard.IsInline),
            Size = content?.Size ?? 0,
        };
    }

    private static Verdict Decide(VersionCase version, int holders, int data, int needed, int margin)
    {
        int unknown = version.Shards.Count(shard => shard.IsUnknown);
        VersionCandidate? chosen = version.Records.Chosen;
        if (version.IsForeign) return Verdict.Foreign;
        if (chosen is null) return unknown > 0 ? Verdict.Unknown : Verdict.InconsistentMetadata;
        if (holders < chosen.Quorum)
        {
            // A drive that is away may hold what lacks; one whose metadata is damaged may have held it.
            int damaged = version.Answers.Count(answer => answer.State == MetadataState.Damaged || answer.IsMediumError);
            if (unknown > 0 && holders + unknown + damaged >= chosen.Quorum) return Verdict.Unknown;
            return version.Records.ReadableCount >= chosen.Quorum ? Verdict.InconsistentMetadata : Verdict.SubQuorum;
        }

        if (version.IsLegacy || version.Content?.Dialect == XlDialect.RustFsLegacy) return Verdict.Legacy;
        if (version.HasShards && data < needed) return data + unknown < needed ? Verdict.Unrecoverable : Verdict.Unknown;
        if (version.IsContradictory) return Verdict.Unrecoverable;
        if (version.Findings.Count > 0) return Verdict.InconsistentMetadata;
        if (version.Shards.All(shard => shard.Needs == ShardNeeds.None)) return Verdict.Healthy;
        if (version.Shards.All(shard => shard.Needs is ShardNeeds.None or ShardNeeds.Unknown)) return Verdict.Unknown;
        return margin <= 0 ? Verdict.AtLimit : Verdict.Degraded;
    }

    /// <summary>Positions that a reader can use. Of early RustFS's code no parity is: its data shards are all it has.</summary>
    private static int GoodForReading(VersionCase version)
    {
        bool isLegacy = version.IsLegacy || version.Content!.Dialect == XlDialect.RustFsLegacy;
        return version.Shards.Count(shard => shard.Needs == ShardNeeds.None && (!isLegacy || shard.Shard <= version.Content!.Data));
    }
}
