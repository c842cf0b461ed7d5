using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>
/// Finds the version of an object to read, from whatever drives are at hand. A version counts when enough drives hold its record. With
/// drives missing that cannot always be known; then a newer version is passed over only when a drive that answered does not know it and
/// its shards do not suffice, which is what a write that never finished looks like.
/// </summary>
public sealed class ObjectLocator(DriveTopology topology)
{
    /// <summary>Finds an object in the pools.</summary>
    /// <param name="name">The object.</param>
    /// <param name="versionId">The version; <see cref="Guid.Empty"/> for the null version; null for the newest.</param>
    /// <exception cref="ObjectUnavailableException">It is not there, deleted, in a remote tier, or too little of it is left.</exception>
    public LocatedObject Find(ObjectName name, Guid? versionId)
    {
        if (topology.Pools.Count == 0) throw new ObjectUnavailableException("None of the given paths is a drive of a deployment.");
        LocatedObject? best = null;
        ObjectUnavailableException? failure = null;
        foreach (DrivePool pool in topology.Pools)
        {
            try
            {
                LocatedObject? found = FindInPool(pool, name, versionId);
                if (found is not null && (best is null || found.Version.Body.ModTime > best.Version.Body.ModTime)) best = found;
            }
            catch (ObjectUnavailableException error)
            {
                // What one pool has left over must not hide what another has.
                if (failure is null || error.MayBeNewest > failure.MayBeNewest) failure = error;
            }
        }

        if (failure is not null && (best is null || failure.MayBeNewest > best.Version.Body.ModTime)) throw failure;

        if (best is null) throw new ObjectUnavailableException(versionId is null ? $"{name} is on none of the given drives." : $"{name} has no such version on the given drives.");
        if (best.Version.Body.Object is not { } content)
        {
            throw new ObjectUnavailableException($"{name} is deleted: its newest version {best.Version.VersionIdText} is a delete marker. An older one can be asked for by its id.");
        }

        if (content.IsRemote) throw new ObjectUnavailableException($"The data of {name} was moved to a remote tier; the drives hold only its record.");
        return best;
    }

    private static LocatedObject? FindInPool(DrivePool pool, ObjectName name, Guid? versionId)
    {
        int expected = name.ChooseSet(pool.Format);
        if (FindInSet(pool, expected, name, versionId, []) is { } found) return found;
        for (int set = 0; set < pool.SetCount; set++)
        {
            string[] note = [$"{name} lies in set {set}, though its name belongs in set {expected}"];
            if (set != expected && FindInSet(pool, set, name, versionId, note) is { } misplaced) return misplaced;
        }

        return null;
    }

    private static LocatedObject? FindInSet(DrivePool pool, int set, ObjectName name, Guid? versionId, IReadOnlyList<string> misplaced)
    {
        DriveMetadata[] answers = [.. pool.Set(set).Select((drive, position) => DriveMetadata.Read(drive, position, name, versionId))];
        var notes = new List<string>(misplaced);
        foreach (DriveMetadata answer in answers.Where(answer => answer.Drive is not null && answer.State != MetadataState.Found))
        {
            notes.Add($"{answer.Drive!.Path}: {answer.Detail}");
        }

        List<VersionCandidate> candidates = VersionQuorum.Weigh(answers);
        var refused = new List<string>();
        foreach (VersionCandidate candidate in candidates.Where(candidate => versionId is null || candidate.Body.VersionId == versionId))
        {
            var located = new LocatedObject { Name = name, Pool = pool, Set = set, Version = candidate, Answers = answers, Notes = notes };
            if (candidate.Stands) return located;
            string? shortage = candidate.Body.Object is null ? null : Shortage(located);
            bool isReadable = candidate.Body.Object is not null && shortage is null;
            // Of a version asked for by its id, or possibly the newest, what can be read is given, and said.
            if (isReadable && (versionId is not null || candidate.MayStand))
            {
                notes.Add($"below quorum: {candidate}");
                return located;
            }

            if (candidate.MayStand && !candidate.IsContradicted)
            {
                // Nothing speaks against it being the newest version, so an older one would be wrong.
                if (candidate.Body.Object is null) return located;
                throw new ObjectUnavailableException($"{name}: {candidate} may be the newest, and {shortage}") { MayBeNewest = candidate.Body.ModTime };
            }

            refused.Add($"{candidate}{(shortage is null ? "" : ", " + shortage)}");
            notes.Add($"passed over, below quorum: {candidate}{(shortage is null ? "" : ", " + shortage)}");
        }

        if (refused.Count > 0) throw new ObjectUnavailableException($"{name} has no version that enough drives hold: {string.Join("; ", refused.Take(8))}");
        return null;
    }

    /// <summary>What shards are lacking for every part to be read, or null; by their files alone, without reading them.</summary>
    private static string? Shortage(LocatedObject located)
    {
        foreach (XlPart part in located.Content.Parts.Where(part => part.Size > 0))
        {
            using var shards = ShardSet.Open(located, part);
            if (shards.Readable < located.Content.Data) return $"part {part.Number} has {shards.Readable} of the {located.Content.Data} shards needed: {shards.Faults}";
        }

        return null;
    }
}
