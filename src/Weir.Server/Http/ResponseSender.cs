using Microsoft.AspNetCore.Http;

namespace Weir.Server.Http;

/// <summary>How long a client may take nothing of what it is sent.</summary>
/// <param name="Timeout">For a piece of an answer.</param>
/// <param name="Time">The clock.</param>
internal sealed record StallLimit(TimeSpan Timeout, TimeProvider Time);

/// <summary>A client took nothing for too long; its connection is cut off.</summary>
internal sealed class ClientStalledException : Exception
{
    public ClientStalledException()
        : base("The client took nothing of what it was sent for too long.")
    {
    }
}

/// <summary>
/// Sends answers in pieces, so that for a slow client little is gathered, and cuts off one that takes nothing. Kestrel's own limit gives a client
/// credit for what it took quickly before, which after some megabytes is hours.
/// </summary>
internal static class ResponseSender
{
    private const int PieceBytes = 64 * 1024;

    /// <exception cref="ClientStalledException">The client took nothing for too long.</exception>
    public static async ValueTask SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(PieceBytes, bytes.Length)..])
        {
            var sending = context.Response.BodyWriter.WriteAsync(bytes[..Math.Min(PieceBytes, bytes.Length)], cancellationToken);
            if (sending.IsCompletedSuccessfully) _ = sending.Result;
            else await WaitAsync(context, sending.AsTask()).ConfigureAwait(false);
        }
    }

    private static async Task WaitAsync(HttpContext context, Task sending)
    {
        if (context.Features.Get<StallLimit>() is not { } limit)
        {
            await sending.ConfigureAwait(false);
            return;
        }

        try
        {
            await sending.WaitAsync(limit.Timeout, limit.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            context.Abort();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new ClientStalledException();
        }
    }
}
