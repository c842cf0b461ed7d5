namespace Weir.Feed.Log;

/// <summary>What the verifier found wrong.</summary>
public enum VerifyFindingKind
{
    /// <summary>A record's content does not match its checksum; its id is known.</summary>
    DamagedRecord,

    /// <summary>A record's header is damaged; the id is known only where a single flipped bit explains it.</summary>
    DamagedHeader,

    /// <summary>Bytes at the end of the last segment that are no whole record: a write cut short, which the next writer cuts away.</summary>
    TornTail,

    /// <summary>A segment is missing, or one ends before the next begins.</summary>
    MissingSegment,

    /// <summary>A segment's own header is damaged; its records can be read all the same.</summary>
    DamagedSegmentHeader,

    /// <summary>A file that is derived from the records (index, tail) is damaged; it is passed over or written again.</summary>
    DamagedDerivedFile,

    /// <summary>The low-water mark or the file of the consumers' positions is damaged.</summary>
    DamagedMark,

    /// <summary>The feed's format file is damaged; the next writer writes it again.</summary>
    DamagedFormat,

    /// <summary>A file that does not belong here.</summary>
    UnknownFile,
}

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="Topic">In which topic; empty for the feed itself.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Record">The record concerned, where it is known.</param>
/// <param name="After">The last intact record before it.</param>
/// <param name="Before">The first intact record behind it, where there is one.</param>
/// <param name="File">The file.</param>
/// <param name="Offset">Where in the file, in bytes; -1 when the whole file is meant.</param>
/// <param name="SizeBytes">How many bytes are concerned; -1 when not known.</param>
/// <param name="Detail">In words.</param>
public sealed record VerifyFinding(
    string Topic, VerifyFindingKind Kind, RecordId? Record, RecordId After, RecordId? Before, string File, long Offset, long SizeBytes, string Detail)
{
    /// <summary>Whether a record that was once appended cannot be read.</summary>
    public bool LosesRecords => Kind is VerifyFindingKind.DamagedRecord or VerifyFindingKind.DamagedHeader or VerifyFindingKind.MissingSegment;
}

/// <summary>The outcome for one topic.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Records">Intact records, those below the low-water mark included as long as their segment is there.</param>
/// <param name="SizeBytes">Bytes of the segments read.</param>
/// <param name="Findings">Everything that is wrong, in order; at most <see cref="LogVerifier.MaxFindings"/>.</param>
/// <param name="Omitted">Findings beyond that number.</param>
public sealed record VerifyReport(string Topic, long Records, long SizeBytes, IReadOnlyList<VerifyFinding> Findings, long Omitted);

/// <summary>How far a verification has come.</summary>
/// <param name="DoneBytes">Bytes read.</param>
/// <param name="TotalBytes">Bytes there are.</param>
public readonly record struct VerifyProgress(long DoneBytes, long TotalBytes);

/// <summary>
/// Checks every byte of a feed without changing any: records, segment headers, indexes, marks. It may run beside a writer; what
/// is not yet durable is not looked at.
/// </summary>
public sealed class LogVerifier
{
    /// <summary>The most findings that a report lists.</summary>
    public const int MaxFindings = 10_000;

    private readonly FeedDirectory _directory;
    private readonly ulong _bootKey;

    public LogVerifier(LogEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _directory = new(options.Directory, options.Disk);
        _bootKey = TailFile.BootKey(options.Disk.BootId);
    }

    /// <summary>The topics there are to verify.</summary>
    public IReadOnlyList<string> Topics() => _directory.Topics("");

    /// <summary>What is wrong with the feed's own files; null when nothing is.</summary>
    public VerifyFinding? VerifyFormat() => _directory.CheckFormat()
        ? null
        : new("", VerifyFindingKind.DamagedFormat, null, RecordId.Zero, null, _directory.FormatPath, -1, -1, "the format file is missing or damaged");

    /// <summary>What is wrong with the consumers' positions; null when nothing is.</summary>
    /// <exception cref="FeedException">They cannot be read, or have a newer format.</exception>
    public VerifyFinding? VerifyPositions() =>
        new PositionJournal(_directory, new() { Directory = _directory.Root, Disk = _directory.Disk }).FindDamage() is { } damage
            ? new("", VerifyFindingKind.DamagedMark, null, RecordId.Zero, null, Path.Combine(_directory.Root, FeedDirectory.PositionsName), -1, -1, damage)
            : null;

    /// <summary>Checks one topic.</summary>
    /// <exception cref="FeedException">The feed has a newer format, or cannot be read at all.</exception>
    public VerifyReport Verify(string topic, IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new TopicVerification(_directory, topic, _bootKey, progress).Run(cancellationToken);
}
