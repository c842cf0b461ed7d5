using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Reading;

/// <summary>
/// Reads a stream forward. While pages come full the next one is asked for ahead, so that the server works on it while this one
/// is looked at; what is read ahead may still be given out after a trim.
/// </summary>
internal sealed class RedisCursor(string topic, RecordId after, CursorOptions options, RedisClient client) : ITopicCursor
{
    private const int FirstCount = 128;
    private const int MaxCount = 16 * 1024;
    private const int GuessedRecordBytes = 512;

    /// <summary>Pages of fewer records are not read ahead.</summary>
    private const int AheadCount = 64;

    private readonly int _pageBytes = Math.Max(options.PageBytes, 1);
    private FrameBuffer _spare = new();
    private FrameBuffer _current = new();
    private Task<PageRequest>? _ahead;
    private ReadOnlyMemory<byte> _left;
    private int _leftCount;
    private int _count = Math.Clamp(options.PageBytes / GuessedRecordBytes, 1, FirstCount);
    private RecordId _read = after;

    public string Topic => topic;

    public RecordId Position { get; private set; } = after;

    public async ValueTask<RecordPage> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_leftCount > 0) return Next(null);
        PageRequest? page = null;
        if (_ahead is { } ahead)
        {
            page = await FinishAheadAsync(ahead, cancellationToken);

            // Nothing, as it was when the page was asked for: that says nothing about now.
            if (page is { Entries: 0 }) page = null;
        }

        page ??= await FetchAsync(cancellationToken);
        if (page is null || page.Entries == 0) return default;
        return Take(page);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ahead is not { } ahead) return;
        _ahead = null;
        await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The page that was asked for ahead; null when that failed, and it is to be asked for again.</summary>
    private async Task<PageRequest?> FinishAheadAsync(Task<PageRequest> ahead, CancellationToken cancellationToken)
    {
        try
        {
            PageRequest page = await ahead.WaitAsync(cancellationToken);
            _ahead = null;
            return page;
        }
        catch (IOException)
        {
            _ahead = null;
            return null;
        }
    }

    private async Task<PageRequest?> FetchAsync(CancellationToken cancellationToken)
    {
        if (_read == RecordId.Max) return null;
        while (true)
        {
            PageRequest page = PageRequest.Create(topic, _read.Next(), _count, _spare);
            try
            {
                return await client.SendAsync(topic, Lane.Pages, page, isRepeatable: true, cancellationToken);
            }
            catch (RespTooLargeException) when (_count > 1)
            {
                _count = Math.Max(1, _count / 16);
            }
            catch (OperationCanceledException)
            {
                _spare = new(); // The abandoned request may still write to the old one.
                throw;
            }
            catch (RespErrorException refused)
            {
                throw RedisFailure.Explain(refused, $"read topic '{topic}'", client.Address);
            }
            catch (IOException failed)
            {
                throw RedisFailure.Explain(failed, $"read topic '{topic}'", client.Address);
            }
        }
    }

    private RecordPage Take(PageRequest page)
    {
        (_spare, _current) = (_current, page.Buffer);
        bool isFull = page.Entries == page.Asked;
        FeedGap? gap = null;
        if (page.Oversized is { } oversized)
        {
            gap = new(
                topic, Position, _current.Count > 0 ? FrameLayout.ReadId(_current.Frames.Span) : null, $"stream entry {oversized}", -1,
                $"the entry is larger than a record may be ({RecordLimits.MaxBodyBytes} bytes)", oversized);
            Position = oversized;
        }

        _read = page.Last;
        if (_current.Count > 0)
        {
            int average = Math.Max(1, _current.Length / _current.Count);
            int fitting = Math.Clamp(_pageBytes / average, 1, MaxCount);
            if (isFull || fitting < _count) _count = (int)Math.Min(fitting, _count * 8L);
        }

        if (isFull && page.Asked >= AheadCount && _read != RecordId.Max) ReadAhead();
        _left = _current.Frames;
        _leftCount = _current.Count;
        return Next(gap);
    }

    private void ReadAhead()
    {
        PageRequest next = PageRequest.Create(topic, _read.Next(), _count, _spare);
        _ahead = client.SendAsync(topic, Lane.Pages, next, isRepeatable: true, CancellationToken.None);
    }

    /// <summary>As many of the fetched records as a page may hold.</summary>
    private RecordPage Next(FeedGap? gap)
    {
        ReadOnlySpan<byte> frames = _left.Span;
        int taken = 0;
        int count = 0;
        RecordId last = Position;
        while (count < _leftCount)
        {
            int length = FrameLayout.HeaderBytes + FrameLayout.BodyLength(frames[taken..]);
            if (count > 0 && taken + length > _pageBytes) break;
            last = FrameLayout.ReadId(frames[taken..]);
            taken += length;
            count++;
        }

        var page = new RecordPage(_left[..taken], count, gap);
        _left = _left[taken..];
        _leftCount -= count;
        Position = last;
        return page;
    }
}
