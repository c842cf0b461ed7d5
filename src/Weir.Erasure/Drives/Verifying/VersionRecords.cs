using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>What the positions of a set hold under one version id, and which of it counts.</summary>
internal sealed class VersionRecords
{
    private readonly Dictionary<int, HeldRecord> _held = [];

    private VersionRecords(Guid versionId) => VersionId = versionId;

    public Guid VersionId { get; }

    /// <summary>The record that most speaks for: one that counts before all, then the one with most holders, then the newest. Null where none can be read.</summary>
    public VersionCandidate? Chosen { get; private set; }

    /// <summary>Positions with any readable record of it.</summary>
    public int ReadableCount { get; private set; }

    /// <summary>The data directory that most holders of the chosen record name; it belongs to one write.</summary>
    public string DataDirName { get; private set; } = "";

    public long ModTime => Chosen?.Body.ModTime ?? (_held.Count == 0 ? 0 : _held.Values.Max(record => record.Header.ModTime));

    public HeldRecord? At(int position) => _held.GetValueOrDefault(position);

    /// <summary>All versions that any position holds, newest first.</summary>
    public static List<VersionRecords> Gather(IReadOnlyList<DriveMetadata> answers)
    {
        var versions = new Dictionary<Guid, VersionRecords>();
        foreach (DriveMetadata answer in answers)
        {
            foreach (XlVersion version in answer.Versions)
            {
                if (!versions.TryGetValue(version.Header.VersionId, out VersionRecords? records)) versions[version.Header.VersionId] = records = new(version.Header.VersionId);
                // A file that repeats a version counts once, with the newer one.
                records._held.TryAdd(answer.Position, HeldRecord.Read(answer.Position, version));
            }
        }

        int unknown = answers.Count(answer => answer.State is MetadataState.Unknown or MetadataState.Damaged);
        foreach (VersionRecords records in versions.Values) records.Choose(answers.Count, unknown);
        return [.. versions.Values.OrderByDescending(records => records.ModTime).ThenBy(records => records.VersionId)];
    }

    /// <summary>The data directories that any of its records names.</summary>
    public IEnumerable<string> DataDirNames() => _held.Values.Select(record => record.Body?.Object?.DataDirName ?? "").Where(name => name.Length > 0);

    private void Choose(int total, int unknown)
    {
        HeldRecord[] readable = [.. _held.Values.Where(record => record.Body is not null)];
        ReadableCount = readable.Length;
        if (readable.Length == 0) return;
        VersionCandidate[] candidates =
        [
            .. readable.GroupBy(record => VersionQuorum.Fingerprint(record.Body!)).Select(alike =>
            {
                XlBody first = alike.First().Body!;
                return new VersionCandidate(first, alike.ToDictionary(record => record.Position, record => record.Body!), VersionQuorum.Quorum(first, total), unknown, total);
            }),
        ];
        Chosen = candidates.OrderByDescending(candidate => candidate.Stands).ThenByDescending(candidate => candidate.Stands ? candidate.Body.ModTime : 0)
            .ThenByDescending(candidate => candidate.Holders.Count).ThenByDescending(candidate => candidate.Body.ModTime).First();
        DataDirName = Chosen.Holders.Values.Where(body => body.Object is not null).GroupBy(body => body.Object!.DataDirName)
            .OrderByDescending(alike => alike.Count()).ThenBy(alike => alike.Key, StringComparer.Ordinal).FirstOrDefault()?.Key ?? "";
    }
}
