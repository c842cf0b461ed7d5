using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Health.Scanning;

/// <summary>
/// Starts the scans that others ask for by ScanRequested on <see cref="HealthTopics.Requests"/>, storage events above all. A position on the feed says what
/// was read; a scan's id comes from its record, so that one that is read twice after a crash starts one scan.
/// </summary>
internal sealed class RequestReader(ScanParts parts, Func<string, ScanRequest, CancellationToken, Task<ScanStatus>> start)
{
    public const string Consumer = "health-scanner";

    private static readonly byte[] Wanted = Encoding.UTF8.GetBytes(HealthJson.ScanRequested);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        RecordId position = RecordId.Zero;
        bool isKnown = false;
        using IFeedWatch watch = parts.Feed.Watch(HealthTopics.Requests);
        while (true)
        {
            try
            {
                if (!isKnown) position = await parts.Feed.ReadPositionAsync(HealthTopics.Requests, Consumer, cancellationToken).ConfigureAwait(false) ?? RecordId.Zero;
                isKnown = true;
                position = await ReadAsync(position, cancellationToken).ConfigureAwait(false);
                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FeedException error)
            {
                ScanLog.TopicUnread(parts.Options.Logger, HealthTopics.Requests, error.Message);
                await Task.Delay(parts.Options.RetryInterval, parts.Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<RecordId> ReadAsync(RecordId position, CancellationToken cancellationToken)
    {
        ITopicCursor cursor = parts.Feed.OpenCursor(HealthTopics.Requests, position);
        await using (cursor.ConfigureAwait(false))
        {
            while (true)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty) return cursor.Position;
                foreach ((RecordId id, ScanRequest? request, string problem) in Parse(page))
                {
                    if (request is null) ScanLog.RequestRefused(parts.Options.Logger, id.ToString(), problem);
                    else await StartAsync(id, request, cancellationToken).ConfigureAwait(false);
                }

                await parts.Feed.AdvancePositionAsync(HealthTopics.Requests, Consumer, cursor.Position, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private List<(RecordId Id, ScanRequest? Request, string Problem)> Parse(RecordPage page)
    {
        var requests = new List<(RecordId, ScanRequest?, string)>();
        DateTimeOffset oldest = parts.Options.Time.GetUtcNow() - parts.Options.OldestRequest;
        foreach (RecordView record in page)
        {
            if (!record.Type.SequenceEqual(Wanted)) continue;
            if (record.Id.Time < oldest)
            {
                requests.Add((record.Id, null, "it is too old"));
                continue;
            }

            try
            {
                var reader = new Utf8JsonReader(record.Data);
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                ScanRequest? request = HealthJson.ReadScanRequest(document.RootElement, out string problem);
                requests.Add((record.Id, request, problem));
            }
            catch (JsonException error)
            {
                requests.Add((record.Id, null, error.Message));
            }
        }

        return requests;
    }

    private async Task StartAsync(RecordId id, ScanRequest request, CancellationToken cancellationToken)
    {
        string scan = string.Create(CultureInfo.InvariantCulture, $"scan-r{id.Milliseconds:x}-{id.Sequence:x}");
        while (true)
        {
            try
            {
                await start(scan, request, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (HealthException error) when (error.Problem is HealthProblem.Unavailable or HealthProblem.TooMany)
            {
                ScanLog.RequestRefused(parts.Options.Logger, id.ToString(), $"{error.Message} It is tried again.");
            }
            catch (HealthException error)
            {
                ScanLog.RequestRefused(parts.Options.Logger, id.ToString(), error.Message);
                return;
            }

            await Task.Delay(parts.Options.RetryInterval, parts.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
