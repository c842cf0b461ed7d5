namespace Weir.Lab.Mdt;

/// <summary>How often things have happened in a simulation so far.</summary>
public sealed record MdtCounts
{
    /// <summary>Requests accepted, CANCELs not counted.</summary>
    public long Requests { get; internal set; }

    /// <summary>Of these, how many asked again for a file and an action that had been asked for before.</summary>
    public long RepeatedRequests { get; internal set; }

    /// <summary>Requests refused because the catalog was full.</summary>
    public long RefusedRequests { get; internal set; }

    public long CancelRequests { get; internal set; }

    /// <summary>CANCELs that found their victim already over.</summary>
    public long LateCancels { get; internal set; }

    /// <summary>Attempts begun; a retried request has several.</summary>
    public long Starts { get; internal set; }

    public long Retries { get; internal set; }

    public long Succeeded { get; internal set; }

    public long Failed { get; internal set; }

    public long Canceled { get; internal set; }

    /// <summary>Of the canceled, how many because no agent reported.</summary>
    public long TimedOut { get; internal set; }

    /// <summary>Records deleted, CANCELs counted.</summary>
    public long Deleted { get; internal set; }

    /// <summary>Of the deleted, how many within a second of becoming final.</summary>
    public long HastyDeletions { get; internal set; }

    /// <summary>How often an index was given to a record that another had had before.</summary>
    public long ReusedIndices { get; internal set; }

    public long FailOvers { get; internal set; }

    public long FilesWritten { get; internal set; }

    public long TornFiles { get; internal set; }

    /// <summary>Lines of garbage put between a file's own.</summary>
    public long GarbageLines { get; internal set; }

    /// <summary>Lines damaged or cut away, so that no reader could know them.</summary>
    public long LostLines { get; internal set; }

    internal MdtCounts Plus(MdtCounts other) => new()
    {
        Requests = Requests + other.Requests,
        RepeatedRequests = RepeatedRequests + other.RepeatedRequests,
        RefusedRequests = RefusedRequests + other.RefusedRequests,
        CancelRequests = CancelRequests + other.CancelRequests,
        LateCancels = LateCancels + other.LateCancels,
        Starts = Starts + other.Starts,
        Retries = Retries + other.Retries,
        Succeeded = Succeeded + other.Succeeded,
        Failed = Failed + other.Failed,
        Canceled = Canceled + other.Canceled,
        TimedOut = TimedOut + other.TimedOut,
        Deleted = Deleted + other.Deleted,
        HastyDeletions = HastyDeletions + other.HastyDeletions,
        ReusedIndices = ReusedIndices + other.ReusedIndices,
        FailOvers = FailOvers + other.FailOvers,
        FilesWritten = FilesWritten + other.FilesWritten,
        TornFiles = TornFiles + other.TornFiles,
        GarbageLines = GarbageLines + other.GarbageLines,
        LostLines = LostLines + other.LostLines,
    };
}
