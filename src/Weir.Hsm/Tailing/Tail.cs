using System.Runtime.CompilerServices;
using System.Text;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Lfs;
using Weir.Hsm.Live;
using Weir.Hsm.Replaying;

namespace Weir.Hsm.Tailing;

/// <summary>
/// Shows the events of action topics as they come, those of several topics in the order of their ids. It knows all that the topics
/// told before, so it drops repeats, tells a refresh from a change, and says of a purged action what it was.
/// </summary>
public sealed class Tail(IFeedEngine engine, TailOptions options, IPathResolver? paths = null)
{
    /// <summary>So many events at most wait for their paths, so that many paths are asked for at once.</summary>
    private const int ChunkEvents = 256;

    private readonly HsmEventReader _reader = new();
    private LiveActions _live = new();

    /// <summary>Records that were no events, and were passed over.</summary>
    public long Unreadable => _reader.Unreadable;

    /// <summary>
    /// The events to show. It ends at the topics' end unless it follows; then it ends when it is cancelled, by an exception. Once it has begun,
    /// following outlasts a feed that cannot be reached.
    /// </summary>
    /// <exception cref="FeedException">A topic cannot be read.</exception>
    public async IAsyncEnumerable<TailEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using IFeedWatch? watch = options.Follow ? engine.Watch(options.Prefix) : null;
        await using var topics = new MergedTopics(engine);
        if (!options.FromBeginning) await SkipAsync(topics, cancellationToken);
        var chunk = new List<TailEvent>();
        await FindAsync(topics, cancellationToken);
        while (true)
        {
            while (await PatientlyAsync(() => FillAsync(topics, chunk, cancellationToken), cancellationToken))
            {
                foreach (TailEvent told in await ResolveAsync(chunk, cancellationToken)) yield return told;
                chunk.Clear();
            }

            if (watch is null) yield break;
            await watch.WaitAsync(cancellationToken);
            await PatientlyAsync(() => FindAsync(topics, cancellationToken), cancellationToken);
        }
    }

    private async ValueTask<bool> FindAsync(MergedTopics topics, CancellationToken cancellationToken)
    {
        foreach (string topic in await ActionTopics.ListAsync(engine, options.Prefix, cancellationToken))
        {
            if (!topics.Has(topic)) topics.Add(topic, RecordId.Zero);
        }

        return true;
    }

    /// <summary>Tries again while the feed cannot be reached, if it follows.</summary>
    private async ValueTask<bool> PatientlyAsync(Func<ValueTask<bool>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (FeedUnavailableException) when (options.Follow)
            {
                await Task.Delay(FeedUnavailableException.RetryDelay, options.Time, cancellationToken);
            }
        }
    }

    /// <summary>Learns what was told so far, and starts behind it.</summary>
    private async Task SkipAsync(MergedTopics topics, CancellationToken cancellationToken)
    {
        var replay = new TopicReplay(engine, options.Prefix);
        await replay.RunAsync(cancellationToken);
        _live = replay.Live;
        foreach ((string topic, RecordId end) in replay.Ends) topics.Add(topic, end);
    }

    /// <summary>Gathers events until there are enough, or no more now. Whether there are any.</summary>
    private async ValueTask<bool> FillAsync(MergedTopics topics, List<TailEvent> chunk, CancellationToken cancellationToken)
    {
        while (chunk.Count < ChunkEvents && await topics.ReadAsync(cancellationToken) is { } next)
        {
            if (Take(next) is { } told && options.Filter.Shows(told)) chunk.Add(told);
        }

        return chunk.Count > 0;
    }

    /// <summary>The event of a record; null for repeats and for what is no event.</summary>
    private TailEvent? Take(MergedRecord next)
    {
        if (!_reader.TryRead(next.Record.Data.Span, out HsmEvent told)) return null;
        RecordId id = next.Record.Id;
        TailEvent? before = told.Type == HsmEventType.Purged && _live.Find(told) is { } gone ? Describe(next, told, gone) : null;
        LiveChange change = _live.Apply(told, id, out LiveAction? action);
        return change switch
        {
            LiveChange.Repeated => null,

            // Purged before, or never known.
            LiveChange.Unknown when told.Type == HsmEventType.Purged => null,
            LiveChange.Removed => before,
            _ => Describe(next, told, action) with { IsRefresh = change == LiveChange.Refreshed && told.Type == HsmEventType.Update },
        };
    }

    private static TailEvent Describe(MergedRecord next, in HsmEvent told, LiveAction? action)
    {
        (uint, uint)? index = told.HasIndex ? (told.CatalogIndex, told.RecordIndex) : null;
        ulong? cookie = told.HasCookie ? told.Cookie : null;
        return new()
        {
            Topic = next.Topic,
            Id = next.Record.Id,
            Type = told.Type,
            Mdt = Text(told.Mdt),
            Fid = action?.Fid ?? Text(told.Fid),
            Action = action?.ActionText ?? Text(told.ActionText),
            Status = action?.StatusText ?? Text(told.StatusText),
            Index = index ?? action?.Index,
            Cookie = cookie ?? action?.Cookie,
            Time = told.Timestamp != 0 ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(told.Timestamp, MaxSeconds)) : next.Record.Id.Time,
            FirstSeen = action?.FirstSeen,
            FinalStateSeen = told.FinalStateSeen,
        };
    }

    private static long MaxSeconds => DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private async ValueTask<IReadOnlyList<TailEvent>> ResolveAsync(List<TailEvent> chunk, CancellationToken cancellationToken)
    {
        if (paths is null) return chunk;
        var fids = new HashSet<string>(StringComparer.Ordinal);
        foreach (TailEvent told in chunk)
        {
            if (told.Fid.Length > 0) fids.Add(told.Fid);
        }

        IReadOnlyDictionary<string, string> found = await paths.ResolveAsync(fids, cancellationToken);
        return chunk.ConvertAll(told => told with { Path = found.GetValueOrDefault(told.Fid), IsPathResolved = told.Fid.Length > 0 });
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
