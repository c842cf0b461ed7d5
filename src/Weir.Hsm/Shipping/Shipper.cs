using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Hsm.Maintenance;

namespace Weir.Hsm.Shipping;

/// <summary>
/// Ships HSM actions: polls the MDTs' action files and appends an event for every change to their topics. A poll is all or nothing: what is
/// known moves on only when the feed has made its events durable; after any failure it is read from the topics again. Not thread-safe.
/// </summary>
public sealed partial class Shipper
{
    private readonly ShipperOptions _options;
    private readonly ShipperServices _services;
    private readonly ShipState _state;
    private readonly SourceJournal _journal;
    private readonly RepairRequests _requests;
    private readonly SourceChoice _choice = new();
    private readonly ILogger _logger;
    private bool _isLoaded;
    private long _poll;

    public Shipper(ShipperOptions options, IFeedEngine engine, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        TopicName.ThrowIfInvalid(options.Prefix);
        _options = options;
        _logger = logger ?? NullLogger.Instance;
        _state = new(engine.Address, options.Prefix, options.Layout);
        _services = new(options, engine, _logger, new(options, _logger), new(engine, _state, _logger), new(), new());
        _journal = new(engine, options);
        _requests = new(engine, $"ship:{options.HostName}");
    }

    /// <summary>Polls once. Writes the snapshot when it is due.</summary>
    /// <param name="cancellationToken">Breaks the poll off; a shipper that shall end in order is not told to stop in the middle of one.</param>
    public Task<CycleReport> RunCycleAsync(CancellationToken cancellationToken = default) => RunCycleAsync(isOnlyOne: false, cancellationToken);

    /// <summary>Polls once and writes the snapshot if anything changed: all that a process for one poll does.</summary>
    public Task<CycleReport> RunOnceAsync(CancellationToken cancellationToken = default) => RunCycleAsync(isOnlyOne: true, cancellationToken);

    private async Task<CycleReport> RunCycleAsync(bool isOnlyOne, CancellationToken cancellationToken)
    {
        long started = _options.Time.GetTimestamp();
        Load();
        foreach (TopicState topic in _state.Topics)
        {
            if (topic.Phase == TopicPhase.InStep) topic.Phase = TopicPhase.Unchecked;
        }

        RecordId? request = await FindRequestAsync(cancellationToken);
        var cycle = new ShipCycle(_services, _state, ++_poll, cancellationToken);
        CycleReport report = cycle.Report;
        IReadOnlyList<SourceFile> files = FindFiles(report, out bool areAllFound);
        await cycle.RunAsync(files);
        report.IsFullCompare = request is not null;
        if (request is { } answered && !report.IsFeedUnavailable) await AnswerAsync(answered, report);
        if (!report.IsFeedUnavailable) await TellSourcesAsync(report, areAllFound, cancellationToken);
        report.Mdts = _state.Mdts.Count(mdt => mdt.IsOurs);
        report.LiveActions = _state.LiveActions;
        _services.Snapshots.Note(report);
        if (isOnlyOne ? _services.Snapshots.IsChanged : _services.Snapshots.IsDue(_state)) report.IsSnapshotWritten = _services.Snapshots.TryWrite(_state);
        report.Duration = _options.Time.GetElapsedTime(started);
        ShipLog.Cycle(_logger, report.ToString());
        return report;
    }

    private void Load()
    {
        if (_isLoaded) return;
        _isLoaded = true;
        if (_services.Snapshots.Load(_state) is { } snapshot) _state.Restore(snapshot);
    }

    /// <summary>The files to read, one for each MDT as far as directories tell.</summary>
    /// <param name="areAllFound">False when directories could not be listed, so that a file that is not there proves nothing.</param>
    private List<SourceFile> FindFiles(CycleReport report, out bool areAllFound)
    {
        var errors = new List<string>();
        var found = new List<SourceFile>();
        foreach (string path in ActionGlob.Expand(_options.Actions, errors)) found.Add(SourceFile.At(path));
        foreach (string error in errors)
        {
            report.AddProblem(error);
            if (_services.Notices.IsNews(error, error)) ShipLog.GlobFailed(_logger, error);
        }

        areAllFound = errors.Count == 0;
        NoteMatches(report, found.Count);
        var files = new List<SourceFile>(found.Count);
        foreach (IGrouping<string, SourceFile> rivals in found.GroupBy(file => file.Mdt, StringComparer.Ordinal))
        {
            List<SourceFile> candidates = [.. rivals];
            files.Add(candidates.Count == 1 ? candidates[0] : Choose(rivals.Key, candidates));
        }

        _choice.Forget(_poll);
        return files;
    }

    private SourceFile Choose(string mdt, List<SourceFile> candidates)
    {
        SourceFile chosen = _choice.Choose(candidates, _state.Find(System.Text.Encoding.UTF8.GetBytes(mdt))?.Path, _poll);
        string paths = string.Join(", ", candidates.Select(file => file.Path));
        if (_services.Notices.IsNews(mdt, paths + chosen.Path)) ShipLog.SeveralFiles(_logger, mdt, paths, chosen.Path);
        return chosen;
    }

    private void NoteMatches(CycleReport report, int count)
    {
        string patterns = string.Join(", ", _options.Actions);
        if (count > 0)
        {
            if (_services.Notices.Clear("*")) ShipLog.MatchesAgain(_logger, patterns);
            return;
        }

        report.FoundNothing = true;
        if (_services.Notices.IsNews("*", patterns)) ShipLog.NothingMatches(_logger, patterns);
    }

    /// <summary>Says which MDTs vanished and which are back, each once, whoever said the last word on it.</summary>
    private async Task TellSourcesAsync(CycleReport report, bool areAllFound, CancellationToken cancellationToken)
    {
        try
        {
            await _journal.ReadAsync(cancellationToken);
            foreach (MdtSource mdt in _state.Mdts)
            {
                if (!mdt.IsOurs) continue;
                if (mdt.PolledIn == _poll) await TellThereAsync(mdt, report, cancellationToken);
                else if (areAllFound && mdt.TriedIn != _poll && !mdt.IsMissing) await TellMissingAsync(mdt, report, cancellationToken);
            }
        }
        catch (FeedException failed)
        {
            report.AddProblem(failed.Message);
            report.IsFeedUnavailable = failed is not TopicLockedException;
        }
    }

    private async ValueTask TellThereAsync(MdtSource mdt, CycleReport report, CancellationToken cancellationToken)
    {
        mdt.IsMissing = false;
        if (!await _journal.SayAsync(mdt, isLost: false, cancellationToken)) return;
        ShipLog.SourceBack(_logger, mdt.Name.Text, mdt.Path!);
        report.SourcesBack++;
    }

    private async ValueTask TellMissingAsync(MdtSource mdt, CycleReport report, CancellationToken cancellationToken)
    {
        if (await _journal.SayAsync(mdt, isLost: true, cancellationToken))
        {
            ShipLog.SourceLost(_logger, mdt.Name.Text, mdt.Path!, mdt.Actions.Count);
            report.SourcesLost++;
        }

        mdt.IsMissing = true;
    }
}
