using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Takes a version's record from a drive that has it, for one that has not.</summary>
internal static class Donors
{
    /// <summary>The record in a position's xl.meta; null where it has none that can be handed on.</summary>
    public static XlVersion? Find(DriveMetadata answer, Guid versionId)
    {
        if (answer.State != MetadataState.Found) return null;
        XlVersion? version = answer.Versions.FirstOrDefault(version => version.Header.VersionId == versionId);
        // A record of xl.json is the drive's own: each has other hashes in it.
        return version is null || version.RawBody.Span.StartsWith("{"u8) ? null : version;
    }

    /// <summary>The record as a position of the set must have it, its bytes but for the shard's number those of a holder.</summary>
    /// <exception cref="ErasureFormatException">No holder's record can be handed on.</exception>
    public static RecordChange For(VersionRepair repair, IReadOnlyList<DriveMetadata> answers, int shard, ReadOnlyMemory<byte>? inline)
    {
        Guid versionId = repair.Verdict.VersionId!.Value;
        string fingerprint = VersionQuorum.Fingerprint(repair.Body);
        // A header that was stored is worth more than one that would have to be derived.
        foreach (int position in Holders(repair).OrderBy(position => answers[position].HeaderVersion == 0))
        {
            DriveMetadata answer = answers[position];
            if (Find(answer, versionId) is not { } record) continue;
            if (repair.Content is null) return new(versionId, record, answer.HeaderVersion, answer.MetaVersion, null);
            XlVersion changed = record with { RawBody = XlBodyEditor.WithIndex(record.RawBody.Span, shard) };
            XlBody body = changed.ReadBody();
            if (body.Object?.Index == shard && VersionQuorum.Fingerprint(body) == fingerprint) return new(versionId, changed, answer.HeaderVersion, answer.MetaVersion, inline);
        }

        throw new ErasureFormatException("no drive's record of the version can be handed on");
    }

    /// <summary>
    /// The holders, those first that name the data directory which most name: that is where the shards lie.
    /// </summary>
    private static IEnumerable<int> Holders(VersionRepair repair)
    {
        IReadOnlyDictionary<int, XlBody> holders = repair.Verdict.Version!.Holders;
        string directory = DataDirName(repair);
        return holders.Keys.Order().OrderBy(position => holders[position].Object?.DataDirName != directory);
    }

    /// <summary>The data directory that most holders name.</summary>
    public static string DataDirName(VersionRepair repair) =>
        repair.Verdict.Version!.Holders.Values.Where(body => body.Object is not null).GroupBy(body => body.Object!.DataDirName)
            .OrderByDescending(alike => alike.Count()).ThenBy(alike => alike.Key, StringComparer.Ordinal).FirstOrDefault()?.Key ?? "";
}
