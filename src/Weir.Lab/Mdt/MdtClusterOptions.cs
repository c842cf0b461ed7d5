namespace Weir.Lab.Mdt;

/// <summary>What a simulated MDT cluster is like. Rates and limits are per MDT; probabilities are 0 … 1.</summary>
public sealed record MdtClusterOptions
{
    public static MdtClusterOptions Default { get; } = new();

    /// <summary>The same seed gives the same history, however time is advanced, and the same files for the same moments of writing.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The first part of the MDTs' names, as in <c>lab-MDT0000</c>.</summary>
    public string FileSystem { get; init; } = "lab";

    public int MdtCount { get; init; } = 4;

    /// <summary>Servers that an MDT can run on. With one, a fail-over is a restart.</summary>
    public int HostCount { get; init; } = 2;

    /// <summary>The simulated time at which all begins; cookies start at its Unix seconds.</summary>
    public DateTimeOffset Start { get; init; } = new(2025, 11, 11, 6, 0, 0, TimeSpan.Zero);

    /// <summary>Mean over time; requests come in bursts.</summary>
    public double ArrivalsPerSecond { get; init; } = 3;

    /// <summary>By what each MDT's arrivals are multiplied, the first MDT's first; beyond its end it begins again. Empty: all have the same.</summary>
    public IReadOnlyList<double> Loads { get; init; } = [];

    /// <summary>Mean number of requests in a burst, 1 or more; one burst in twenty is ten times as big.</summary>
    public double MeanBurst { get; init; } = 6;

    /// <summary>How many requests may be STARTED at once (the coordinator's <c>max_requests</c>), CANCELs not counted.</summary>
    public int MaxRequests { get; init; } = 200;

    /// <summary>Mean time an agent works on a request.</summary>
    public TimeSpan MeanRunTime { get; init; } = TimeSpan.FromSeconds(20);

    public double FailureProbability { get; init; } = 0.05;

    /// <summary>Chance that an attempt ends with the request going back to WAITING.</summary>
    public double RetryProbability { get; init; } = 0.05;

    /// <summary>Chance that a user cancels a request some time after it came.</summary>
    public double CancelProbability { get; init; } = 0.05;

    /// <summary>Chance that an agent never reports again, so that the request is canceled after <see cref="ActiveRequestTimeout"/>.</summary>
    public double StuckProbability { get; init; } = 0.002;

    /// <summary>Chance that a request asks again what was asked before for the same file and is over.</summary>
    public double RepeatProbability { get; init; } = 0.15;

    public double RestoreShare { get; init; } = 0.25;

    public double RemoveShare { get; init; } = 0.1;

    public int ArchiveCount { get; init; } = 3;

    public double UserDataProbability { get; init; } = 0.2;

    /// <summary>Chance that a request has the flag HSM_FORCE_ACTION, so that it stands in no list with those that have none.</summary>
    public double ForceProbability { get; init; } = 0.02;

    /// <summary>How long a final state stays before its record may be deleted.</summary>
    public TimeSpan GraceDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Chance that a final record goes within a second instead, so that a poll hardly sees it.</summary>
    public double HastyDeletionProbability { get; init; } = 0.03;

    /// <summary>How often the coordinator deletes what is due.</summary>
    public TimeSpan LoopPeriod { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ActiveRequestTimeout { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Catalog indices run from 1 to this, then again from 1.</summary>
    public int CatalogSlots { get; init; } = 4;

    /// <summary>Record indices run from 1 to this in each catalog slot. A full catalog refuses requests.</summary>
    public int RecordsPerLog { get; init; } = 512;

    /// <summary>Whether a status change moves the record to a new index, as before Lustre 2.8.53.</summary>
    public bool StatusChangesMoveRecords { get; init; }

    public double FailOversPerHour { get; init; } = 2;

    public TimeSpan MeanOutage { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Chance that a written file breaks off within a line.</summary>
    public double TornFileProbability { get; init; } = 0.02;

    /// <summary>Chance that a written file has a few lines of garbage between its own.</summary>
    public double GarbageProbability { get; init; } = 0.03;

    /// <summary>Chance that one line of a written file is damaged beyond reading.</summary>
    public double LostLineProbability { get; init; } = 0.01;

    /// <summary>These options without anything wrong with the files.</summary>
    public MdtClusterOptions WithCleanFiles() => this with { TornFileProbability = 0, GarbageProbability = 0, LostLineProbability = 0 };

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(FileSystem);
        Require(FileSystem.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'), nameof(FileSystem), "only letters, digits, - and _");
        Require(MdtCount is >= 1 and <= 0x10000, nameof(MdtCount), "1 to 65536");
        Require(HostCount is >= 1 and <= 1000, nameof(HostCount), "1 to 1000");
        Require(double.IsFinite(ArrivalsPerSecond) && ArrivalsPerSecond > 0, nameof(ArrivalsPerSecond), "above 0");
        Require(Loads.All(load => double.IsFinite(load) && load > 0), nameof(Loads), "above 0");
        Require(double.IsFinite(MeanBurst) && MeanBurst >= 1, nameof(MeanBurst), "1 or more");
        Require(MaxRequests >= 1, nameof(MaxRequests), "1 or more");
        Require(ArchiveCount >= 1, nameof(ArchiveCount), "1 or more");
        Require(CatalogSlots >= 1 && RecordsPerLog >= 1 && (long)CatalogSlots * RecordsPerLog <= 1 << 24, nameof(CatalogSlots), "1 or more, and no more than 2^24 indices in all");
        Require(LoopPeriod > TimeSpan.Zero, nameof(LoopPeriod), "above 0");
        Require(MeanRunTime > TimeSpan.Zero, nameof(MeanRunTime), "above 0");
        Require(MeanOutage > TimeSpan.Zero, nameof(MeanOutage), "above 0");
        Require(ActiveRequestTimeout > TimeSpan.Zero, nameof(ActiveRequestTimeout), "above 0");
        Require(GraceDelay >= TimeSpan.Zero, nameof(GraceDelay), "0 or more");
        Require(double.IsFinite(FailOversPerHour) && FailOversPerHour >= 0, nameof(FailOversPerHour), "0 or more");
        Probability(FailureProbability + RetryProbability + StuckProbability, $"{nameof(FailureProbability)} + {nameof(RetryProbability)} + {nameof(StuckProbability)}");
        Probability(RestoreShare + RemoveShare, $"{nameof(RestoreShare)} + {nameof(RemoveShare)}");
        Probability(FailureProbability, nameof(FailureProbability));
        Probability(RetryProbability, nameof(RetryProbability));
        Probability(StuckProbability, nameof(StuckProbability));
        Probability(RestoreShare, nameof(RestoreShare));
        Probability(RemoveShare, nameof(RemoveShare));
        Probability(CancelProbability, nameof(CancelProbability));
        Probability(RepeatProbability, nameof(RepeatProbability));
        Probability(UserDataProbability, nameof(UserDataProbability));
        Probability(ForceProbability, nameof(ForceProbability));
        Probability(HastyDeletionProbability, nameof(HastyDeletionProbability));
        Probability(TornFileProbability, nameof(TornFileProbability));
        Probability(GarbageProbability, nameof(GarbageProbability));
        Probability(LostLineProbability, nameof(LostLineProbability));
    }

    private static void Probability(double value, string name) => Require(value is >= 0 and <= 1, name, "0 to 1");

    private static void Require(bool holds, string name, string range)
    {
        if (!holds) throw new ArgumentException($"{name} is out of range: it must be {range}.");
    }
}
