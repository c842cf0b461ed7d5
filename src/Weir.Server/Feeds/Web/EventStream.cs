using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Web;

/// <summary>Sends records as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the client or the daemon ends.</summary>
internal sealed class EventStream(ConsumerRegistry registry, GatewayMetrics metrics, TimeProvider time, CancellationToken stopping)
{
    public const string ContentType = "text/event-stream";

    private const int PieceBytes = 64 * 1024;

    /// <summary>So that whatever stands between does not take the connection for dead.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    private static readonly byte[] Comment = ": \n\n"u8.ToArray();

    public async Task RunAsync(HttpContext context, string topic, RecordFilter filter, ConsumerStart start, IReadOnlyDictionary<string, RecordId>? after)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        TransientReader reader = await registry.OpenTransientAsync(new TopicSelection([topic], []), filter, start, after, ending.Token).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            metrics.Opened();
            try
            {
                context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
                context.Response.ContentType = ContentType;
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Headers["X-Accel-Buffering"] = "no";
                await SendAsync(context, Comment, ending.Token).ConfigureAwait(false);
                if (HttpMethods.IsHead(context.Request.Method)) return;
                await PumpAsync(context, reader, ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // The client, or the daemon, is done; who comes back names the last id he had.
            }
            finally
            {
                metrics.Closed();
            }
        }
    }

    private async Task PumpAsync(HttpContext context, TransientReader reader, CancellationToken ending)
    {
        while (true)
        {
            while (await reader.ReadAsync(ending).ConfigureAwait(false) is { } page) await SendPageAsync(context, page, ending).ConfigureAwait(false);
            Task news = reader.WaitAsync(ending).AsTask();
            while (!news.IsCompleted)
            {
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ending);
                if (await Task.WhenAny(news, Task.Delay(Heartbeat, time, waiting.Token)).ConfigureAwait(false) == news) await waiting.CancelAsync().ConfigureAwait(false);
                else await SendAsync(context, Comment, ending).ConfigureAwait(false);
            }

            await news.ConfigureAwait(false);
        }
    }

    private async Task SendPageAsync(HttpContext context, FeedPage page, CancellationToken ending)
    {
        if (page.Count == 0) return;
        EncodedPage encoded = EncodedPage.Of(page, EventFraming.ServerSent, out bool isOwn);
        try
        {
            // In pieces, so that for a slow client no more than a piece is gathered.
            for (ReadOnlyMemory<byte> rest = encoded.Bytes; !rest.IsEmpty; rest = rest[Math.Min(PieceBytes, rest.Length)..])
                await SendAsync(context, rest[..Math.Min(PieceBytes, rest.Length)], ending).ConfigureAwait(false);
            metrics.Sent(page.Count, encoded.Bytes.Length);
        }
        finally
        {
            if (isOwn) encoded.Dispose();
        }
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken ending) =>
        await context.Response.BodyWriter.WriteAsync(bytes, ending).ConfigureAwait(false);
}
