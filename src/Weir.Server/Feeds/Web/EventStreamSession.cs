using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Feed.Consuming;
using Weir.Server.Http;

namespace Weir.Server.Feeds.Web;

/// <summary>
/// One stream of server-sent events: pages go out as they come, and a comment where nothing comes. One place writes at a time: whoever has
/// the turn.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="reader">What is read.</param>
/// <param name="isOfSeveral">Whether several topics are read: then places are told for all of them, after each page.</param>
/// <param name="metrics">Counts what is sent.</param>
#pragma warning disable CA1001 // The semaphore has nothing to give back, and the keep-alive may still ask for the turn at the end, which it does not get.
internal sealed class EventStreamSession(HttpContext context, TransientReader reader, bool isOfSeveral, GatewayMetrics metrics)
#pragma warning restore CA1001
{
    private static readonly byte[] Comment = ": \n\n"u8.ToArray();

    private readonly SemaphoreSlim _turn = new(0, 1);
    private Task _comment = Task.CompletedTask;
    private bool _hasSent;

    /// <summary>Sends what there is and what comes, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        try
        {
            await SendAsync(Comment, ending).ConfigureAwait(false);
            if (HttpMethods.IsHead(context.Request.Method)) return;
            if (isOfSeveral && !await TellPlacesAsync(ending).ConfigureAwait(false)) return;
            while (true)
            {
                while (await reader.ReadAsync(ending).ConfigureAwait(false) is { } page)
                {
                    await SendPageAsync(page, ending).ConfigureAwait(false);
                    if (isOfSeveral && !await TellPlacesAsync(ending).ConfigureAwait(false)) return;
                }

                _turn.Release();
                try
                {
                    await reader.WaitAsync(ending).ConfigureAwait(false);
                }
                finally
                {
                    await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await _comment.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends a comment, unless something was sent since the last time, or is being sent.</summary>
    public void KeepAlive()
    {
        if (!_turn.Wait(0)) return;
        if (_hasSent)
        {
            _hasSent = false;
            _turn.Release();
            return;
        }

        _comment = SendCommentAsync();
    }

    private async Task SendCommentAsync()
    {
        try
        {
            await ResponseSender.SendAsync(context, Comment, context.RequestAborted).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The client is gone, or is cut off: the one who waits for records is told so.
        catch
#pragma warning restore CA1031
        {
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task SendPageAsync(FeedPage page, CancellationToken ending)
    {
        if (page.Count == 0) return;
        EncodedPage encoded = EncodedPage.Of(page, isOfSeveral ? EventFraming.ServerSentUnplaced : EventFraming.ServerSent, out bool isOwn);
        try
        {
            await SendAsync(encoded.Bytes, ending).ConfigureAwait(false);
            metrics.Sent(page.Count, encoded.Bytes.Length);
        }
        finally
        {
            if (isOwn) encoded.Dispose();
        }
    }

    /// <summary>Sends, as the id of the last event, how far the stream is in each topic; false when that would be too long.</summary>
    private async ValueTask<bool> TellPlacesAsync(CancellationToken ending)
    {
        if (StreamPlaces.Format(reader.Positions) is not { } places) return false;
        await SendAsync(Encoding.ASCII.GetBytes($"id: {places}\n\n"), ending).ConfigureAwait(false);
        return true;
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ending)
    {
        _hasSent = true;
        return ResponseSender.SendAsync(context, bytes, ending);
    }
}
