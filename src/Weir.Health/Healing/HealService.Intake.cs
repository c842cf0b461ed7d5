using System.Text.Json;
using Weir.Feed;
using Weir.Health.Healing.Storing;
using Weir.Health.Policies;

namespace Weir.Health.Healing;

/// <content>What others ask for, and what scans find.</content>
public sealed partial class HealService
{
    /// <summary>Damage that leaves nothing to lose is repaired with at least this priority, whatever its bucket is worth.</summary>
    private const HealthPriority LeastAtLimit = HealthPriority.High;

    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(1);

    private readonly WorkSignal _policyChanged = new();

    /// <summary>Takes in what is asked for and found, until it is cancelled. What has been taken in is durable before the place in the topic is.</summary>
    private Task IntakeAsync(CancellationToken cancellationToken) => Task.WhenAll(
        FollowAsync(HealthTopics.Requests, _requestsPlace, place => _requestsPlace = place, ReadRequests, cancellationToken),
        FollowAsync(HealthTopics.Issues, _issuesPlace, place => _issuesPlace = place, ReadIssues, cancellationToken));

    private async Task FollowAsync(string topic, RecordId place, Action<RecordId> keep, Func<RecordPage, List<Asked>> read, CancellationToken cancellationToken)
    {
        using IFeedWatch watch = _options.Feed.Watch(topic);
        while (true)
        {
            try
            {
                await using (ITopicCursor cursor = _options.Feed.OpenCursor(topic, place))
                {
                    while (true)
                    {
                        // What is found while nothing is repaired by itself waits on its topic until that is wanted again.
                        if (topic == HealthTopics.Issues) await AutomaticAsync(cancellationToken).ConfigureAwait(false);
                        RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                        if (page.IsEmpty) break;
                        foreach (Asked asked in read(page)) await AdmitAsync(asked, cancellationToken).ConfigureAwait(false);
                        await AdvanceAsync(topic, cursor.Position, cancellationToken).ConfigureAwait(false);
                        place = cursor.Position;
                        lock (_gate) keep(place);
                    }
                }

                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException error)
            {
                HealthLog.IntakeFailed(_options.Logger, topic, error.Message);
                await Task.Delay(FeedUnavailableException.RetryDelay, _options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AutomaticAsync(CancellationToken cancellationToken)
    {
        while (!Policy.AutoHealEnabled) await _policyChanged.WaitAsync(Timeout.InfiniteTimeSpan, _options.Time, cancellationToken).ConfigureAwait(false);
    }

    private async Task AdvanceAsync(string topic, RecordId place, CancellationToken cancellationToken)
    {
        Task durable;
        lock (_gate) durable = _log.Durable;
        _log.Wake();
        _work.Set();
        await durable.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _options.Feed.AdvancePositionAsync(topic, ConsumerName, place, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes one in; while there is no room it waits, and so do those behind it.</summary>
    private async Task AdmitAsync(Asked asked, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_log.IsFull && !IsFull)
                {
                    Admit(asked.Request, asked.Version, asked.Source);
                    return;
                }
            }

            _log.Wake();
            _work.Set();
            await Task.Delay(FullRetry, _options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private List<Asked> ReadRequests(RecordPage page)
    {
        var requests = new List<Asked>();
        foreach (RecordView record in page)
        {
            if (!record.Type.SequenceEqual(HealRecordTypes.Requested)) continue;
            try
            {
                using JsonDocument document = JsonDocument.Parse(record.Data.ToArray());
                HealRequest request = HealJson.ReadRequest(document.RootElement);
                requests.Add(new(request, HealJson.Check(request), new(IsIssue: false, record.Id)));
            }
            catch (Exception error) when (error is JsonException or HealthException)
            {
                HealthLog.RecordUnusable(_options.Logger, record.Id, HealthTopics.Requests, error.Message);
            }
        }

        return requests;
    }

    /// <summary>One request for each object with issues that a repair can do something about, but for those that are gone by the page's end.</summary>
    private List<Asked> ReadIssues(RecordPage page)
    {
        var open = new Dictionary<string, IssueNotice>(StringComparer.Ordinal);
        foreach (RecordView record in page)
        {
            if (!IssueNotice.TryRead(record, out IssueNotice? notice, out string problem)) HealthLog.RecordUnusable(_options.Logger, record.Id, HealthTopics.Issues, problem);
            if (notice is null) continue;
            if (notice.IsCleared || !notice.IsRepairable || notice.Bucket.Length == 0) open.Remove(notice.Id);
            else open[notice.Id] = notice;
        }

        HealPolicy policy = Policy;
        var requests = new List<Asked>();
        foreach (IGrouping<(string Bucket, string Object), IssueNotice> issues in open.Values.GroupBy(notice => (notice.Bucket, notice.Object)))
        {
            IssueNotice worst = issues.OrderBy(notice => notice.Margin ?? int.MaxValue).ThenByDescending(notice => notice.Severity).First();
            var request = new HealRequest
            {
                Bucket = worst.Bucket,
                Object = worst.Object,
                Priority = PriorityOf(worst, policy),
                Mode = HealMode.Background,
                Margin = worst.Margin is { } margin ? Math.Clamp(margin, -64, 64) : null,
                IssueId = worst.Id,
                IncidentId = worst.IncidentId ?? issues.Select(notice => notice.IncidentId).FirstOrDefault(incident => incident is not null),
                Reason = "issue",
            };
            try
            {
                requests.Add(new(request, HealJson.Check(request), new(IsIssue: true, issues.Max(notice => notice.Record))));
            }
            catch (HealthException error)
            {
                HealthLog.RecordUnusable(_options.Logger, worst.Record, HealthTopics.Issues, error.Message);
            }
        }

        return requests;
    }

    /// <summary>What the bucket's class says; otherwise what the issue's severity does.</summary>
    private static HealthPriority PriorityOf(IssueNotice issue, HealPolicy policy)
    {
        HealthPriority priority = policy.PriorityOf(issue.Bucket) ?? issue.Severity switch
        {
            Severity.Critical => HealthPriority.Critical,
            Severity.High => HealthPriority.High,
            Severity.Medium => HealthPriority.Normal,
            _ => HealthPriority.Low,
        };
        return issue.Margin <= 0 && priority < LeastAtLimit ? LeastAtLimit : priority;
    }

    private sealed record Asked(HealRequest Request, Guid? Version, HealSource Source);
}
