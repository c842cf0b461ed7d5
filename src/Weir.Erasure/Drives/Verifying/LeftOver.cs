namespace Weir.Erasure.Drives.Verifying;

/// <summary>What an object's directories hold that belongs to no version: data directories, and metadata of which no version can be read.</summary>
internal static class LeftOver
{
    /// <summary>A record of it; null where there is nothing.</summary>
    public static VersionVerdict? Judge(ObjectName name, DrivePool pool, int set, IReadOnlyList<VersionCase> cases, IReadOnlyList<PositionReading> readings)
    {
        HashSet<string> known = [.. cases.SelectMany(version => version.Records.DataDirNames())];
        var findings = new List<Finding>();
        foreach (PositionReading reading in readings)
        {
            DriveMetadata answer = reading.Metadata;
            foreach (string directory in reading.DataDirs.Where(directory => !known.Contains(directory)))
            {
                findings.Add(new(answer.Position, answer.Drive!.Path, null, FindingKind.OrphanData, null, $"{answer.Drive.Path}/{name.Path}/{directory} holds shards that no version refers to"));
            }
        }

        bool isUnsure = readings.Any(reading => reading.Metadata.State is MetadataState.Unknown or MetadataState.Damaged || !reading.Metadata.IsWhole);
        Verdict verdict = isUnsure ? Verdict.Unknown : Verdict.Orphan;
        if (cases.Count == 0)
        {
            // No version can be read anywhere: the damage itself is all there is to tell.
            foreach (PositionReading reading in readings.Where(reading => reading.Metadata.State is MetadataState.Damaged || reading.Metadata.IsMediumError))
            {
                DriveMetadata answer = reading.Metadata;
                FindingKind kind = answer.IsMediumError ? FindingKind.MetadataUnreadable : FindingKind.MetadataDamaged;
                findings.Add(new(answer.Position, answer.Drive!.Path, null, kind, null, answer.Detail ?? "the metadata is damaged"));
            }

            int damaged = findings.Count(finding => finding.Kind != FindingKind.OrphanData);
            int away = readings.Count(reading => reading.Metadata is { State: MetadataState.Unknown, IsMediumError: false });
            if (damaged > 0) verdict = away > 0 ? Verdict.Unknown : damaged > readings.Count / 2 ? Verdict.Unrecoverable : Verdict.SubQuorum;
        }

        if (findings.Count == 0) return null;
        return new()
        {
            Name = name,
            VersionId = null,
            ModTime = 0,
            Verdict = verdict,
            Data = 0,
            Parity = 0,
            Good = 0,
            Margin = 0,
            Findings = findings,
        };
    }
}
