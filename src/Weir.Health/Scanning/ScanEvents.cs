using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Health.Scanning;

/// <summary>
/// Says on <see cref="HealthTopics.Events"/> what scans do. These are news, not state: while the feed takes none some wait, and further ones are
/// dropped.
/// </summary>
internal sealed class ScanEvents(IFeedEngine feed, int buffer, TimeSpan retry, TimeProvider time, ILogger logger)
{
    private static readonly byte[] Source = "health/scanner"u8.ToArray();

    private readonly Channel<(string Type, string Subject, byte[] Data)> _waiting =
        Channel.CreateBounded<(string Type, string Subject, byte[] Data)>(new BoundedChannelOptions(buffer) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _dropped;

    public void Post(string type, string subject, Action<Utf8JsonWriter> members)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        if (!_waiting.Writer.TryWrite((type, subject, memory.ToArray()))) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Appends what is posted, until it is cancelled; then what waits still, if the feed takes it at once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new RecordBatch();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                Fill(batch);
                await AppendAsync(batch, cancellationToken).ConfigureAwait(false);
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped) ScanLog.EventsDropped(logger, dropped);
            }
        }
        catch (OperationCanceledException)
        {
            if (batch.Count == 0) Fill(batch);
            try
            {
                if (batch.Count > 0) await feed.AppendAsync(HealthTopics.Events, batch, default, CancellationToken.None).ConfigureAwait(false);
            }
            catch (FeedException error)
            {
                ScanLog.FeedAway(logger, HealthTopics.Events, error.Message);
            }
        }
    }

    private void Fill(RecordBatch batch)
    {
        batch.Clear();
        while (batch.Count < 1000 && _waiting.Reader.TryRead(out (string Type, string Subject, byte[] Data) one))
        {
            batch.Add(Encoding.UTF8.GetBytes(one.Type), Source, Encoding.UTF8.GetBytes(one.Subject), one.Data);
        }
    }

    private async Task AppendAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        bool isTold = false;
        while (true)
        {
            try
            {
                await feed.AppendAsync(HealthTopics.Events, batch, default, cancellationToken).ConfigureAwait(false);
                batch.Clear();
                return;
            }
            catch (FeedException error)
            {
                if (!isTold) ScanLog.FeedAway(logger, HealthTopics.Events, error.Message);
                isTold = true;
            }

            await Task.Delay(retry, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
