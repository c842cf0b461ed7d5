using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>Says what the sizes of a version's shard files mean.</summary>
internal static class PartJudge
{
    private const int ErrorTooManyLinks = 40;

    /// <summary>Takes down what the positions have of a version.</summary>
    /// <param name="version">A version with shards.</param>
    /// <param name="probes">What was asked of each position; null where nothing was.</param>
    public static void Weigh(VersionCase version, IReadOnlyList<IReadOnlyList<PartProbe>?> probes)
    {
        XlObject content = version.Content!;
        Dictionary<int, XlPart> parts = [];
        foreach (XlPart part in content.Parts) parts.TryAdd(part.Number, part);
        long Expected(int part, XlDialect dialect) => new ShardLayout(content, parts[part].Size, dialect).FileSize;
        if (content.Dialect == XlDialect.Modern) version.IsLegacy |= HasOnlySizesOf(XlDialect.RustFsLegacy);
        XlDialect dialect = version.IsLegacy ? XlDialect.RustFsLegacy : content.Dialect;
        for (int position = 0; position < probes.Count; position++)
        {
            foreach (PartProbe probe in probes[position] ?? []) Weigh(version, version.Shards[position], probe, Expected(probe.Part, dialect));
        }

        // Early RustFS rounded pieces up to even lengths, and a later release may have rewritten the metadata without its mark.
        bool HasOnlySizesOf(XlDialect other)
        {
            bool seen = false;
            foreach (PartProbe probe in probes.SelectMany(asked => asked ?? []))
            {
                if (probe.Length < 0) continue;
                if (probe.Length != Expected(probe.Part, other)) return false;
                seen |= probe.Length != Expected(probe.Part, content.Dialect);
            }

            return seen;
        }
    }

    private static void Weigh(VersionCase version, ShardState shard, PartProbe probe, long expected)
    {
        if (shard.IsPartBad(probe.Part)) return;
        string where = $"{shard.Drive!.Path}/{probe.Path}";
        if (probe.Failure is { } failure)
        {
            // What stands there instead, or fails, is no shard; what may not be looked at may be one.
            if (failure.IsMediumError || failure.Error is 0 or ErrorTooManyLinks) shard.BadPart(FindingKind.PartUnreadable, probe.Part, failure.Message);
            else shard.Unknown(FindingKind.DriveFailed, failure.Message);
            return;
        }

        if (probe.Length == expected) return;
        if (probe.Length >= 0) shard.BadPart(FindingKind.PartSize, probe.Part, $"{where} has {probe.Length} bytes and not {expected}");
        else if (IsInline(version)) shard.BadPart(FindingKind.InlineMissing, probe.Part, version.Answers[shard.Position].Inline.Damage ?? $"{shard.Drive.Path} has the shard neither in the metadata nor as a file");
        else shard.BadPart(FindingKind.PartMissing, probe.Part, $"{where} is not there");
    }

    private static bool IsInline(VersionCase version) =>
        version.Shards.Any(other => other.IsInline) || (version.Records.Chosen!.Body.Flags & XlVersionFlags.InlineData) != 0;
}
