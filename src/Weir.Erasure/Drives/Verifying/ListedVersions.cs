namespace Weir.Erasure.Drives.Verifying;

/// <summary>A list of versions for a report: the first of them by name, and how many there are.</summary>
public sealed class ListedVersions
{
    private readonly List<(string Bucket, string Key, string? VersionId)> _listed = [];

    public long Count { get; private set; }

    public IReadOnlyList<(string Bucket, string Key, string? VersionId)> Listed => _listed;

    internal void Add(VersionVerdict version) => Add(version.Name.Bucket, version.Name.Key, version.VersionIdText);

    internal void Add(string bucket, string key, string? versionId)
    {
        Count++;
        if (_listed.Count < VerifyTally.MaxListed) _listed.Add((bucket, key, versionId));
    }

    internal void AddUnlisted(long count) => Count += count;
}
