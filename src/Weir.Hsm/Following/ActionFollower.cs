using System.Runtime.CompilerServices;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;

namespace Weir.Hsm.Following;

/// <summary>
/// Keeps the live actions of all topics under a prefix, in either layout, in step with what the topics tell: one replay, then only what is
/// new. Topics may come, go, be emptied and be trimmed meanwhile. Not thread-safe.
/// </summary>
public sealed class ActionFollower : IAsyncDisposable
{
    /// <summary>A reader that is overtaken by trims this often in a row takes what it has.</summary>
    private const int MaxReplays = 5;

    /// <summary>Where several topics tell of one MDT their records are merged by id, page by page.</summary>
    private static readonly CursorOptions MergedPages = new() { PageBytes = 64 * 1024 };

    private readonly IFeedEngine _engine;
    private readonly string _prefix;
    private readonly IActionSink? _sink;
    private readonly HsmEventReader _reader = new();
    private readonly SortedDictionary<string, FollowedTopic> _topics = new(StringComparer.Ordinal);

    public ActionFollower(IFeedEngine engine, string prefix = ActionTopics.DefaultPrefix)
        : this(engine, prefix, null) { }

    /// <param name="engine">The feed.</param>
    /// <param name="prefix">The action topics: this one, and those that begin with it and a colon.</param>
    /// <param name="sink">Who is shown every event; null for nobody.</param>
    /// <param name="live">What takes the events in, empty; null for live actions of the follower's own.</param>
    internal ActionFollower(IFeedEngine engine, string prefix, IActionSink? sink, LiveActions? live = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        TopicName.ThrowIfInvalid(prefix);
        _engine = engine;
        _prefix = prefix;
        _sink = sink;
        Live = live ?? new();
    }

    public LiveActions Live { get; }

    /// <summary>The topics, in the order of their names.</summary>
    public IReadOnlyCollection<FollowedTopic> Topics => _topics.Values;

    /// <summary>Events read so far, those read again counted again.</summary>
    public long EventsRead => _reader.EventsRead;

    /// <summary>Records that were no events.</summary>
    public long Unreadable => _reader.Unreadable;

    /// <summary>The records that could not be read, the last one met.</summary>
    public FeedGap? LastGap { get; private set; }

    /// <summary>Whether a single topic and those of MDTs stand side by side, so that several may tell of one MDT.</summary>
    internal bool IsMixed => _topics.Count > 1 && _topics.ContainsKey(_prefix);

    /// <summary>Reads everything that is there and was not read.</summary>
    /// <exception cref="FeedException">A topic cannot be read. What was read stays; the next call goes on from there.</exception>
    public async ValueTask CatchUpAsync(CancellationToken cancellationToken = default)
    {
        await FindTopicsAsync(cancellationToken);
        for (int replay = 0; replay < MaxReplays; replay++)
        {
            Dictionary<FollowedTopic, RecordId> starts = [];
            foreach (FollowedTopic topic in _topics.Values)
            {
                RecordId first = await CheckAsync(topic, cancellationToken);
                starts[topic] = topic.Position > first ? topic.Position : first;
            }

            await ReadAsync(cancellationToken);
            if (!await WasOvertakenAsync(starts, cancellationToken)) return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FollowedTopic topic in _topics.Values)
        {
            if (topic.Cursor is { } cursor) await cursor.DisposeAsync();
        }
    }

    private async ValueTask FindTopicsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = await ActionTopics.ListAsync(_engine, _prefix, cancellationToken);
        foreach (FollowedTopic gone in _topics.Values.Where(topic => !names.Contains(topic.Name)).ToList())
        {
            await ForgetAsync(gone);
            _topics.Remove(gone.Name);
        }

        foreach (string name in names) _topics.TryAdd(name, new(name));
    }

    /// <summary>Whether what was read of the topic still counts; returns its first record's id.</summary>
    private async ValueTask<RecordId> CheckAsync(FollowedTopic topic, CancellationToken cancellationToken)
    {
        (RecordId first, RecordId last) = await EndsAsync(topic, cancellationToken);

        // Emptied and begun anew; or trimmed beyond what was read, so that what was not read may have told of anything. What is left
        // tells everything that still counts.
        if (topic.Position != RecordId.Zero && (last < topic.Position || first > topic.Position)) await ForgetAsync(topic);
        return first;
    }

    private async ValueTask<bool> WasOvertakenAsync(Dictionary<FollowedTopic, RecordId> starts, CancellationToken cancellationToken)
    {
        bool isOvertaken = false;
        foreach (FollowedTopic topic in _topics.Values)
        {
            (RecordId first, _) = await EndsAsync(topic, cancellationToken);
            if (first <= starts[topic]) continue;
            isOvertaken = true;
            await ForgetAsync(topic);
        }

        return isOvertaken;
    }

    private async ValueTask<(RecordId First, RecordId Last)> EndsAsync(FollowedTopic topic, CancellationToken cancellationToken)
    {
        TopicInfo? info = await _engine.DescribeAsync(topic.Name, cancellationToken);
        if (info is null) return (RecordId.Zero, RecordId.Zero);
        return (info.Count > 0 ? info.FirstId : info.LastId == RecordId.Max ? info.LastId : info.LastId.Next(), info.LastId);
    }

    /// <summary>Forgets what the topic told, and with it what others told of the same MDTs.</summary>
    private async ValueTask ForgetAsync(FollowedTopic topic)
    {
        var mdts = new HashSet<MdtActions>(topic.Mdts);
        await topic.ForgetAsync();
        _sink?.StartAgain(topic);
        foreach (FollowedTopic other in _topics.Values.Where(other => other.Mdts.Any(mdts.Contains)).ToList()) await ForgetAsync(other);
    }

    private async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        bool isDone = false;
        try
        {
            if (IsMixed) await ReadMergedAsync(cancellationToken);
            else await ReadEachAsync(cancellationToken);
            isDone = true;
        }
        finally
        {
            if (!isDone) await DropCursorsAsync();
        }
    }

    private async ValueTask ReadEachAsync(CancellationToken cancellationToken)
    {
        foreach (FollowedTopic topic in _topics.Values)
        {
            topic.Cursor ??= _engine.OpenCursor(topic.Name, topic.Position);
            while (await topic.Cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
            {
                LastGap = page.Gap ?? LastGap;
                Take(topic, page, RecordId.Zero, RecordId.Max);
                topic.Position = topic.Cursor.Position;
                if (_sink is not null) await _sink.EndPageAsync(cancellationToken);
            }
        }
    }

    /// <summary>Takes records of all topics in the order of their ids: always from the topic whose next one is lowest, up to where another's comes.</summary>
    private async ValueTask ReadMergedAsync(CancellationToken cancellationToken)
    {
        List<OpenPage> pages = [];
        foreach (FollowedTopic topic in _topics.Values)
        {
            topic.Cursor ??= _engine.OpenCursor(topic.Name, topic.Position, MergedPages);
            var page = new OpenPage(topic);
            if (await NextAsync(page, cancellationToken)) pages.Add(page);
        }

        while (pages.Count > 0)
        {
            pages.Sort(static (left, right) => left.Next.CompareTo(right.Next));
            OpenPage lowest = pages[0];
            RecordId until = pages.Count > 1 ? pages[1].Next : RecordId.Max;
            lowest.Next = Take(lowest.Topic, lowest.Page, lowest.Next, until) ?? RecordId.Max;
            if (_sink is not null) await _sink.EndPageAsync(cancellationToken);
            if (lowest.Next == RecordId.Max && !await NextAsync(lowest, cancellationToken)) pages.RemoveAt(0);
        }
    }

    /// <summary>Cursors that are ahead of what was taken in begin again where that ends.</summary>
    private async ValueTask DropCursorsAsync()
    {
        foreach (FollowedTopic topic in _topics.Values)
        {
            if (topic.Cursor is { } cursor) await cursor.DisposeAsync();
            topic.Cursor = null;
        }
    }

    private async ValueTask<bool> NextAsync(OpenPage open, CancellationToken cancellationToken)
    {
        while (true)
        {
            open.Page = await open.Topic.Cursor!.ReadAsync(cancellationToken);
            LastGap = open.Page.Gap ?? LastGap;
            if (open.Page.IsEmpty) return false;
            foreach (RecordView record in open.Page)
            {
                open.Next = record.Id;
                return true;
            }
        }
    }

    /// <summary>Takes in the page's records from one id up to another; returns the id of the first one left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private RecordId? Take(FollowedTopic topic, in RecordPage page, RecordId from, RecordId until)
    {
        RecordId last = RecordId.Zero;
        RecordId? left = null;
        int taken = 0;
        foreach (RecordView record in page)
        {
            RecordId id = record.Id;
            if (id < from) continue;
            if (id > until)
            {
                left = id;
                break;
            }

            last = id;
            taken++;
            if (_reader.TryRead(record.Data, out HsmEvent told)) Take(topic, told, record);
        }

        if (taken == 0) return left;
        topic.Counts.Add(last, taken);
        topic.Position = last;
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(FollowedTopic topic, in HsmEvent told, in RecordView record)
    {
        if (Live.FindOrAdd(told.Mdt) is not { } mdt) return;
        topic.Note(mdt);
        if (told.Type == HsmEventType.Purged && !told.HasIndex && !told.HasCookie) NoteIfAmbiguous(topic, mdt, told, record.Id);
        _sink?.Taking(topic, told, record, Live);
        LiveChange change = Live.Apply(told, record.Id, out LiveAction? action);
        _sink?.Take(topic, told, record, change, action);
    }

    private static void NoteIfAmbiguous(FollowedTopic topic, MdtActions mdt, in HsmEvent told, RecordId id)
    {
        (int oldest, bool isShared) = mdt.FindByKeyAlone(told.ActionKey);
        if (isShared) topic.AmbiguousPurges.Add(mdt.Entries[oldest].LastState, id);
    }

    /// <summary>A page that is taken bit by bit.</summary>
    private sealed class OpenPage(FollowedTopic topic)
    {
        public FollowedTopic Topic { get; } = topic;

        public RecordPage Page { get; set; }

        /// <summary>The id of the first record that was not taken.</summary>
        public RecordId Next { get; set; }
    }
}
