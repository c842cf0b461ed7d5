using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Http;

namespace Weir.Server.Feeds.Web;

/// <summary>Sends records as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the client or the daemon ends.</summary>
internal sealed class EventStream(ConsumerRegistry registry, GatewayMetrics metrics, TimeProvider time, CancellationToken stopping)
{
    public const string ContentType = "text/event-stream";

    private readonly StreamKeepAlive _keepAlive = new(time);

    public async Task RunAsync(HttpContext context, TopicSelection topics, bool isOfSeveral, RecordFilter filter, ConsumerStart start, IReadOnlyDictionary<string, RecordId>? after)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        TransientReader reader = await registry.OpenTransientAsync(topics, filter, start, after, ending.Token).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (isOfSeveral && StreamPlaces.Format(reader.Positions) is null)
                throw new ApiException(StatusCodes.Status400BadRequest, "bad_request", $"These are {reader.Positions.Count} topics, more than a stream can tell its place in; name fewer, or read by the socket.");
            var session = new EventStreamSession(context, reader, isOfSeveral, metrics);
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            context.Response.ContentType = ContentType;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            metrics.Opened();
            int turn = _keepAlive.Add(session);
            try
            {
                await session.RunAsync(ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // The client, or the daemon, is done; who comes back names the last id he had.
            }
            finally
            {
                _keepAlive.Remove(session, turn);
                metrics.Closed();
            }
        }
    }
}
