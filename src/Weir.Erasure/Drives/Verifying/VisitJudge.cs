namespace Weir.Erasure.Drives.Verifying;

/// <summary>Says what is known of a directory from the quick look at it, and what must be examined.</summary>
internal sealed class VisitJudge(DrivePool pool, int set, ExamineOptions options)
{
    private readonly List<string> _orphanParents = [];

    /// <summary>The verdict of an object that needs no closer look; null for everything else.</summary>
    public ObjectVerdict? Judge(WalkNode node)
    {
        Visit[] visits = node.Visits!;
        ulong digest = 0;
        int whole = 0, away = 0;
        long readBytes = 0;
        VersionSummary[]? versions = null;
        foreach (ref readonly Visit visit in visits.AsSpan())
        {
            if (visit.State == VisitState.Away)
            {
                away++;
                continue;
            }

            if (visit.State != VisitState.Whole || (whole > 0 && visit.Digest != digest)) return null;
            digest = visit.Digest;
            versions ??= visit.Versions;
            readBytes += visit.Bytes;
            whole++;
        }

        if (versions is null || (away > 0 && options.Mode == VerifyMode.Quick)) return null;
        if ((options.Mode == VerifyMode.Deep || options.ChecksETag) && Array.Exists(versions, version => version.HasShards)) return null;
        if (away > 0 && Array.Exists(versions, version => whole < Math.Max(version.Quorum, version.HasShards ? version.Data : (byte)0))) return null;
        if (Name(node.Path) is not { } name || (pool.SetCount > 1 && name.ChooseSet(pool.Format) != set)) return null;
        var verdicts = new VersionVerdict[versions.Length];
        for (int i = 0; i < versions.Length; i++) verdicts[i] = ToVerdict(name, versions[i], visits, whole, away);
        return new() { Name = name, Pool = pool.Number, Set = set, Versions = verdicts, ReadBytes = readBytes };
    }

    /// <summary>What the repair of an object will take that some drives lack altogether; null where it must be examined.</summary>
    public ObjectVerdict? Outline(WalkNode node)
    {
        if (options.Mode != VerifyMode.Normal || options.ChecksETag) return null;
        Visit[] visits = node.Visits!;
        int first = Array.FindIndex(visits, visit => visit.State == VisitState.Whole);
        if (first < 0 || visits[first].Versions is not { } versions || Array.Exists(visits, visit => visit.State == VisitState.Whole && visit.Digest != visits[first].Digest)) return null;
        if (RepairOutline.Of(visits, versions) is not { } outline || Name(node.Path) is not { } name || (pool.SetCount > 1 && name.ChooseSet(pool.Format) != set)) return null;
        return new() { Name = name, Pool = pool.Number, Set = set, Versions = [], Outline = outline };
    }

    /// <summary>The object to examine for the sake of a directory; null where there is none.</summary>
    public ObjectName? ToExamine(WalkNode node)
    {
        Visit[] visits = node.Visits!;
        if (node.IsObject) return Name(node.Path);
        // Shards without metadata beside them belong to the directory above, or once did.
        if (node.HasNames && node.Names.WithShards != 0) return node.IsBelowObject ? null : OrphansOf(node.Path[..node.Path.LastIndexOf('/')]);
        bool isFailed = Array.Exists(visits, visit => visit.State == VisitState.Failed);
        return isFailed && !Array.Exists(visits, visit => visit.State == VisitState.NoMetadata) ? Name(node.Path) : null;
    }

    private ObjectName? OrphansOf(string parent)
    {
        // Each directory once, though it may have several orphans with others in between.
        _orphanParents.RemoveAll(seen => !Walking.WalkRules.IsWithin(parent, seen));
        if (_orphanParents.Contains(parent)) return null;
        _orphanParents.Add(parent);
        return Name(parent);
    }

    private VersionVerdict ToVerdict(ObjectName name, in VersionSummary version, Visit[] visits, int whole, int away)
    {
        bool isQuick = version.VersionId is null;
        return new()
        {
            Name = name,
            VersionId = version.VersionId,
            ModTime = version.ModTime,
            Verdict = away == 0 ? Verdict.Healthy : Verdict.Unknown,
            Data = version.Data,
            Parity = version.Parity,
            Good = whole,
            Margin = isQuick ? 0 : whole - (version.HasShards ? version.Data : version.Quorum),
            IsInline = version.IsInline,
            Size = version.Size,
            Findings = away == 0 ? [] : [.. Away(visits).Select(position => new Finding(position, null, null, FindingKind.DriveAway, null, "no drive was given for this position"))],
            Shards = away == 0 ? [] : [.. visits.Select((visit, position) => new ShardVerdict(position, pool.Set(set)[position], 0, visit.State == VisitState.Away ? ShardNeeds.Unknown : ShardNeeds.None, []))],
        };
    }

    private static IEnumerable<int> Away(Visit[] visits) => Enumerable.Range(0, visits.Length).Where(position => visits[position].State == VisitState.Away);

    private static ObjectName? Name(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0) return null;
        try
        {
            return ObjectName.FromDirectory(path[..slash], path[(slash + 1)..]);
        }
        catch (ArgumentException)
        {
            // No client could have written it: keys have at most 1024 bytes.
            return null;
        }
    }
}
