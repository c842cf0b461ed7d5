using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Hsm.Shipping;

/// <summary>One poll of all files: reads them one after another, and lets one topic's events become durable while the next file is read.</summary>
internal sealed class ShipCycle(ShipperServices services, ShipState state, long number, CancellationToken cancellationToken)
{
    /// <summary>How often files are compared again because somebody else appended in between.</summary>
    private const int MaxPasses = 3;

    private readonly Dictionary<TopicState, TopicAppender> _appenders = [];
    private readonly Queue<(TopicState Topic, TopicAppender Appender, Task Completion)> _completing = new();
    private readonly HashSet<TopicState> _stale = [];

    public CycleReport Report { get; } = new();

    public ShipState State => state;

    public PollClock Clock { get; } = new(
        services.Options.Time.GetUtcNow(), services.Options.HeartbeatInterval, services.Options.EffectiveRefreshInterval);

    private ILogger Logger => services.Logger;

    /// <summary>Polls the files. What goes wrong with a file or a topic stands in the report; the rest goes on.</summary>
    public async Task RunAsync(IReadOnlyList<SourceFile> files)
    {
        for (int pass = 1; files.Count > 0 && pass <= MaxPasses; pass++)
        {
            files = await PassAsync(files, isLast: pass == MaxPasses);
        }
    }

    /// <summary>Takes an MDT for this file; false when another file has it.</summary>
    public bool TryClaim(MdtSource source, string path)
    {
        if (source.PolledIn == number && source.Path is { } taken && taken != path)
        {
            if (services.Notices.IsNews(source.Name.Text, $"{taken} {path}")) ShipLog.SeveralFiles(Logger, source.Name.Text, $"{taken}, {path}", taken);
            return false;
        }

        source.PolledIn = number;
        source.Path = path;
        return true;
    }

    /// <summary>The topic's appender in this pass; before the first use, its MDTs are brought in step with it.</summary>
    /// <exception cref="FeedException">The topic cannot be read.</exception>
    public async ValueTask<TopicAppender> PrepareAsync(TopicState topic)
    {
        if (_appenders.TryGetValue(topic, out TopicAppender? appender)) return appender;
        if (topic.Phase == TopicPhase.Ahead)
        {
            await SettleAsync(topic);
            state.Restore(services.Snapshots.Load(state), topic);
        }

        if (topic.Phase != TopicPhase.InStep) await services.Folder.CatchUpAsync(topic, cancellationToken);
        appender = new(services.Engine, topic, services.Batches, services.Options.Time);
        _appenders.Add(topic, appender);
        return appender;
    }

    /// <summary>What was appended before a failure counts; once it is durable, it can be read back.</summary>
    private async ValueTask SettleAsync(TopicState topic)
    {
        try
        {
            await services.Engine.SyncAsync(topic.Name, cancellationToken);
        }
        catch (TopicPoisonedException)
        {
            // What was not durable then is gone, and what was can be read. The next append opens the topic again.
        }
    }

    private async Task<IReadOnlyList<SourceFile>> PassAsync(IReadOnlyList<SourceFile> files, bool isLast)
    {
        _stale.Clear();
        var reread = new List<(SourceFile File, FilePoll Poll)>();
        foreach (SourceFile file in files)
        {
            if (Report.IsFeedUnavailable) break;
            var poll = new FilePoll(this, file);
            reread.Add((file, poll));
            await PollAsync(file, poll);
            if (state.IsSingle) continue;

            // The next file is read while this one's events are made durable.
            foreach (MdtSource source in poll.Sources) Complete(source.Topic);
            while (_completing.Count > 1) await ReapAsync(isLast);
        }

        foreach (TopicState topic in _appenders.Keys.ToList()) Complete(topic);
        while (_completing.Count > 0) await ReapAsync(isLast);
        if (_stale.Count == 0 || Report.IsFeedUnavailable) return [];
        return [.. reread.Where(read => read.Poll.Sources.Any(source => _stale.Contains(source.Topic))).Select(read => read.File)];
    }

    private async Task PollAsync(SourceFile file, FilePoll poll)
    {
        try
        {
            if (await poll.RunAsync() is { } read) Take(file, read);
        }
        catch (ArgumentException refused)
        {
            Report.AddProblem($"{file.Path} is not looked at: {refused.Message}");
            if (services.Notices.IsNews(file.Path, refused.Message)) ShipLog.FileRefused(Logger, file.Path, refused.Message);
        }
        catch (FeedException failed)
        {
            await FailAsync(failed, poll);
        }
    }

    /// <summary>The failure may be of any topic of the file: all of them are read again before they are used again.</summary>
    private async Task FailAsync(FeedException failed, FilePoll poll)
    {
        foreach (MdtSource source in poll.Sources)
        {
            if (!_appenders.Remove(source.Topic, out TopicAppender? appender)) continue;
            await appender.AbandonAsync();
            source.Topic.Phase = TopicPhase.Ahead;
            if (failed is LastIdMismatchException or IdNotAboveLastException) _stale.Add(source.Topic);
        }

        Note(failed, poll.Sources.Count > 0 ? poll.Sources[0].Topic : null, isLast: false);
    }

    private void Complete(TopicState topic)
    {
        if (_appenders.Remove(topic, out TopicAppender? appender)) _completing.Enqueue((topic, appender, appender.CompleteAsync()));
    }

    private async Task ReapAsync(bool isLast)
    {
        (TopicState topic, TopicAppender appender, Task completion) = _completing.Dequeue();
        try
        {
            await completion;
            Report.EventsShipped += appender.EventsAdded;
            Report.BytesShipped += appender.BytesSent;
        }
        catch (FeedException failed)
        {
            topic.Phase = TopicPhase.Ahead;
            if (failed is LastIdMismatchException or IdNotAboveLastException) _stale.Add(topic);
            Note(failed, topic, isLast);
        }
    }

    private void Note(FeedException failed, TopicState? topic, bool isLast)
    {
        switch (failed)
        {
            case LastIdMismatchException or IdNotAboveLastException when !isLast && topic is not null:
                ShipLog.AppendedByOther(Logger, topic.Name);
                break;
            case LastIdMismatchException or IdNotAboveLastException or TopicLockedException or TopicPoisonedException:
                Report.IsTopicTaken |= failed is TopicLockedException;
                Report.AddProblem(failed.Message);
                if (services.Notices.IsNews(topic?.Name ?? "", failed.Message)) ShipLog.TopicFailed(Logger, topic?.Name ?? "", failed.Message);
                break;
            default:
                Report.IsFeedUnavailable = true;
                Report.AddProblem(failed.Message);
                break;
        }
    }

    private void Take(SourceFile file, FileReport read)
    {
        Report.Add(read);
        if (read.Error is { } error)
        {
            Report.AddProblem($"{file.Path} could not be read: {error}");
            if (services.Notices.IsNews(file.Path, error)) ShipLog.FileUnreadable(Logger, file.Path, error);
            KeepKnown(file);
        }
        else if (read.IsIncomplete)
        {
            if (services.Notices.IsNews(file.Path, "incomplete")) ShipLog.FileIncomplete(Logger, file.Path);
        }
        else if (read.Skipped.Lost > 0)
        {
            var example = read.Skipped.Examples[0];
            if (services.Notices.IsNews(file.Path, read.Skipped.ToString()))
                ShipLog.LinesSkipped(Logger, file.Path, read.Skipped.ToString(), example.LineNumber, example.Error.ToString(), example.Excerpt);
        }
        else
        {
            services.Notices.Clear(file.Path);
        }
    }

    /// <summary>An unreadable file is there: its MDTs are not lost.</summary>
    private void KeepKnown(SourceFile file)
    {
        foreach (MdtSource source in state.Mdts)
        {
            if (source.Path == file.Path || source.Name.Text == file.Mdt) source.TriedIn = number;
        }
    }
}
