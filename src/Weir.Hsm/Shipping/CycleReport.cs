using System.Globalization;
using System.Text;
using Weir.Hsm.Events;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Shipping;

/// <summary>What a poll read, shipped and met with.</summary>
public sealed class CycleReport
{
    private readonly List<FileReport> _files = [];
    private readonly List<string> _problems = [];

    internal PollCounts Counts { get; private set; } = new();

    /// <summary>The files that were read, or tried.</summary>
    public IReadOnlyList<FileReport> Files => _files;

    /// <summary>What went wrong: files, topics, the feed. Each says what, where and why.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Whether the feed itself could not be used, so that waiting may help.</summary>
    public bool IsFeedUnavailable { get; internal set; }

    /// <summary>Whether another process writes one of the topics, so that nothing could be shipped to it.</summary>
    public bool IsTopicTaken { get; internal set; }

    /// <summary>Whether no file matched.</summary>
    public bool FoundNothing { get; internal set; }

    /// <summary>Whether everything that was found was read and shipped.</summary>
    public bool Succeeded => _problems.Count == 0;

    /// <summary>MDTs this shipper knows, missing ones included.</summary>
    public int Mdts { get; internal set; }

    /// <summary>Live actions after the poll.</summary>
    public long LiveActions { get; internal set; }

    /// <summary>MDTs whose file was gone for the first time.</summary>
    public int SourcesLost { get; internal set; }

    /// <summary>MDTs whose file was there again.</summary>
    public int SourcesBack { get; internal set; }

    /// <summary>Records appended to action topics, and their bytes.</summary>
    public long EventsShipped { get; internal set; }

    public long BytesShipped { get; internal set; }

    /// <summary>UPDATE events among them that only tell a state again.</summary>
    public long Refreshes => Counts.Refreshes;

    /// <summary>Actions that vanished before a final status was seen.</summary>
    public long VanishedUnfinished => Counts.VanishedUnfinished;

    public bool IsSnapshotWritten { get; internal set; }

    public TimeSpan Duration { get; internal set; }

    /// <summary>Lines read, headers and skipped ones included.</summary>
    public long Lines
    {
        get
        {
            long lines = 0;
            foreach (FileReport file in _files) lines += file.Lines;
            return lines;
        }
    }

    /// <summary>Bytes of files read.</summary>
    public long BytesRead
    {
        get
        {
            long bytes = 0;
            foreach (FileReport file in _files) bytes += file.Bytes;
            return bytes;
        }
    }

    /// <summary>Lines that could not be taken.</summary>
    public long SkippedLines
    {
        get
        {
            long lines = 0;
            foreach (FileReport file in _files) lines += file.Skipped.Total;
            return lines;
        }
    }

    /// <summary>Whether everything was compared anew because somebody asked for it.</summary>
    public bool IsFullCompare { get; internal set; }

    /// <summary>Events made, by type.</summary>
    public long EventsOf(HsmEventType type) => Counts[type];

    /// <summary>One line for an operator.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_files.Count} {(_files.Count == 1 ? "file" : "files")}, {Lines} lines, {BytesRead} bytes; ");
        text.Append(CultureInfo.InvariantCulture, $"{EventsShipped} events, {BytesShipped} bytes shipped");
        text.Append(CultureInfo.InvariantCulture, $" (NEW {EventsOf(HsmEventType.New)}, UPDATE {EventsOf(HsmEventType.Update)}, ");
        text.Append(CultureInfo.InvariantCulture, $"PURGED {EventsOf(HsmEventType.Purged)}, HEARTBEAT {EventsOf(HsmEventType.Heartbeat)})");
        if (VanishedUnfinished > 0) text.Append(CultureInfo.InvariantCulture, $"; {VanishedUnfinished} vanished without a final state");
        if (SkippedLines > 0) text.Append(CultureInfo.InvariantCulture, $"; {SkippedLines} lines skipped");
        text.Append(CultureInfo.InvariantCulture, $"; {LiveActions} live actions of {Mdts} {(Mdts == 1 ? "MDT" : "MDTs")}; {Duration.TotalMilliseconds:0} ms");
        if (_problems.Count > 0) text.Append(CultureInfo.InvariantCulture, $"; {_problems.Count} {(_problems.Count == 1 ? "problem" : "problems")}");
        return text.ToString();
    }

    internal void Add(FileReport file) => _files.Add(file);

    internal void AddProblem(string problem) => _problems.Add(problem);
}

/// <summary>One file of a poll.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Skipped">Lines that could not be taken, by reason, with examples.</param>
/// <param name="IsIncomplete">Whether it ended in the middle of a line.</param>
/// <param name="Error">Why it could not be read, or not to its end; null when it was.</param>
public sealed record FileReport(string Path, long Lines, long Bytes, SkippedLines Skipped, bool IsIncomplete, string? Error);
