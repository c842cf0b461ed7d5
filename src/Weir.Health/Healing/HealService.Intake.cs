using System.Text.Json;
using Weir.Feed;
using Weir.Health.Healing.Storing;

namespace Weir.Health.Healing;

/// <content>What others ask for.</content>
public sealed partial class HealService
{
    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(1);

    /// <summary>Takes in what is asked for on <see cref="HealthTopics.Requests"/>, until it is cancelled. What has been taken in is durable before the place is.</summary>
    private async Task IntakeAsync(CancellationTokenSource ending)
    {
        CancellationToken cancellationToken = ending.Token;
        using IFeedWatch watch = _options.Feed.Watch(HealthTopics.Requests);
        while (true)
        {
            try
            {
                await ReadRequestsAsync(cancellationToken).ConfigureAwait(false);
                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FeedException error)
            {
                HealthLog.IntakeFailed(_options.Logger, HealthTopics.Requests, error.Message);
                await Task.Delay(FeedUnavailableException.RetryDelay, _options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ReadRequestsAsync(CancellationToken cancellationToken)
    {
        await using ITopicCursor cursor = _options.Feed.OpenCursor(HealthTopics.Requests, _requestsPlace);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (page.IsEmpty) return;
            foreach ((HealRequest request, Guid? version, RecordId record) in Read(page)) await AdmitAsync(request, version, new(IsIssue: false, record), cancellationToken).ConfigureAwait(false);
            await AdvanceAsync(HealthTopics.Requests, cursor.Position, cancellationToken).ConfigureAwait(false);
            _requestsPlace = cursor.Position;
        }
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
    private async Task AdmitAsync(HealRequest request, Guid? version, HealSource source, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_log.IsFull && !IsFull)
                {
                    Admit(request, version, source);
                    return;
                }
            }

            _log.Wake();
            _work.Set();
            await Task.Delay(FullRetry, _options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private List<(HealRequest Request, Guid? Version, RecordId Record)> Read(RecordPage page)
    {
        var requests = new List<(HealRequest, Guid?, RecordId)>();
        foreach (RecordView record in page)
        {
            if (!record.Type.SequenceEqual(HealRecordTypes.Requested)) continue;
            try
            {
                using JsonDocument document = JsonDocument.Parse(record.Data.ToArray());
                HealRequest request = HealJson.ReadRequest(document.RootElement);
                requests.Add((request, HealJson.Check(request), record.Id));
            }
            catch (Exception error) when (error is JsonException or HealthException)
            {
                HealthLog.RecordUnusable(_options.Logger, record.Id, HealthTopics.Requests, error.Message);
            }
        }

        return requests;
    }
}
