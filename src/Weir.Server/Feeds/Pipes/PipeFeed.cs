using Microsoft.Extensions.Logging;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Pipes;

/// <summary>
/// Writes a consumer's records into a FIFO, for whoever opens it for reading. A page is acknowledged when it has left the pipe with a reader
/// still attached. When the last reader goes before that, the page is written again for the next; what he had read of it comes twice, and what
/// left the pipe without his dealing with it, one page at the most, is lost with him.
/// </summary>
public sealed class PipeFeed
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int WaitMilliseconds = 100;

    private readonly string _path;
    private readonly ConsumerRegistry _registry;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <param name="path">The FIFO; it is made when it is not there.</param>
    /// <param name="registry">The feed's consumers.</param>
    /// <param name="time">For waits.</param>
    /// <param name="logger">For readers that come and go.</param>
    public PipeFeed(string path, ConsumerRegistry registry, TimeProvider time, ILogger logger)
    {
        _path = path;
        _registry = registry;
        _time = time;
        _logger = logger;
    }

    /// <summary>Writes until it is told to stop, or, with <paramref name="once"/>, until everything is read that was there.</summary>
    /// <param name="registration">Who it is for; registered if it is not yet.</param>
    /// <param name="once">Whether to end at the end.</param>
    /// <param name="cancellationToken">Tells to stop.</param>
    /// <exception cref="IOException">The FIFO cannot be used.</exception>
    public async Task RunAsync(ConsumerRegistration registration, bool once, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registration);
        PipeFile.Create(_path, Mode);
        await _registry.RegisterAsync(registration, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            using PipeFile pipe = await OpenAsync(cancellationToken).ConfigureAwait(false);
            ServerLog.PipeOpened(_logger, _path);
            // Opened anew for each reader, so that it begins with what was not acknowledged.
            ConsumerReader reader = await _registry.OpenAsync(registration.Name, new() { Owner = $"pipe {_path}" }, cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (await ServeAsync(pipe, reader, once, cancellationToken).ConfigureAwait(false)) return;
            }

            ServerLog.PipeClosed(_logger, _path);
        }
    }

    private async Task<PipeFile> OpenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (PipeFile.TryOpen(_path) is { } pipe) return pipe;
            await Task.Delay(TimeSpan.FromMilliseconds(WaitMilliseconds), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>True when everything is read and nothing more is wanted; false when the reader is gone.</returns>
    private static async Task<bool> ServeAsync(PipeFile pipe, ConsumerReader reader, bool once, CancellationToken cancellationToken)
    {
        Task? news = null;
        while (true)
        {
            if (news is not null)
            {
                // The reader's going is not told by itself; it is looked for while there is nothing to write.
                Task look = Task.Delay(WaitMilliseconds, cancellationToken);
                await Task.WhenAny(news, look).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (pipe.Wait(wantsRoom: false, 0) == PipeState.NoReader) return await LeaveAsync(reader, news).ConfigureAwait(false);
                if (!news.IsCompleted) continue;
                await news.ConfigureAwait(false);
                news = null;
            }

            FeedPage? page = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (page is null)
            {
                if (once) return true;
                news = reader.WaitAsync(cancellationToken).AsTask();
                continue;
            }

            string topic = page.Topic;
            Weir.Feed.RecordId last = page.LastId;
            if (!await WriteAsync(pipe, page, cancellationToken).ConfigureAwait(false)) return false;
            await reader.AcknowledgeAsync(topic, last, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a wait that is under way, which disposing the reader does.</summary>
    private static async Task<bool> LeaveAsync(ConsumerReader reader, Task news)
    {
        await reader.DisposeAsync().ConfigureAwait(false);
        await news.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    /// <returns>Whether the page has left the pipe with a reader still attached.</returns>
    private static async Task<bool> WriteAsync(PipeFile pipe, FeedPage page, CancellationToken cancellationToken)
    {
        if (page.Count == 0) return true;
        EncodedPage encoded = EncodedPage.Of(page, EventFraming.Lines, out bool isOwn);
        try
        {
            // The calls block for a moment; a thread of the pool may.
            return await Task.Run(() => Write(pipe, encoded.Bytes.Span, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            if (isOwn) encoded.Dispose();
        }
    }

    private static bool Write(PipeFile pipe, ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int written = pipe.Write(bytes);
            if (written < 0) return false;
            bytes = bytes[written..];
            if (written == 0 && pipe.Wait(wantsRoom: true, WaitMilliseconds) == PipeState.NoReader) return false;
        }

        for (int pause = 1; pipe.CountUnread() > 0; pause = Math.Min(2 * pause, WaitMilliseconds))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (pipe.Wait(wantsRoom: false, pause) == PipeState.NoReader) return false;
        }

        return pipe.Wait(wantsRoom: false, 0) != PipeState.NoReader;
    }
}
