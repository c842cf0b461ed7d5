using System.Text;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm.Events;
using Weir.Hsm.Following;
using Weir.Hsm.Live;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Record = Weir.Feed.Record;

namespace Weir.Hsm.Tests;

/// <summary>A feed on a disk in memory, with the clock and the calls that tests of readers need.</summary>
internal sealed class TestFeed : IAsyncDisposable
{
    private readonly SimulatedDisk _disk = new();
    private readonly List<LogEngine> _engines = [];
    private ulong _sequence;

    public TestFeed() => Engine = OpenEngine();

    public ManualTimeProvider Clock { get; } = new();

    /// <summary>The engine that appends.</summary>
    public IFeedEngine Engine { get; }

    /// <summary>Another process' engine on the same feed.</summary>
    public LogEngine OpenEngine()
    {
        var engine = new LogEngine(new LogEngineOptions
        {
            Directory = "/feed",
            Disk = _disk.StartProcess($"engine {_engines.Count}"),
            Time = Clock,
            SegmentBytes = 16 * 1024,
            IndexIntervalBytes = 1024,
        });
        _engines.Add(engine);
        return engine;
    }

    /// <summary>An id that lies behind all others, at the clock's time.</summary>
    public RecordId NextId() => new((ulong)Clock.GetUtcNow().ToUnixTimeMilliseconds(), _sequence++);

    public async Task<RecordId> AppendAsync(string topic, params byte[][] events)
    {
        var batch = new RecordBatch();
        foreach (byte[] data in events)
        {
            new HsmEventReader().TryRead(data, out HsmEvent told);
            batch.Add(NextId(), HsmEventNames.Utf8(told.Type), told.Mdt, told.Fid, data);
        }

        return await Engine.AppendAsync(topic, batch);
    }

    public async Task SaySourceAsync(string type, string mdt)
    {
        var batch = new RecordBatch();
        batch.Add(NextId(), Encoding.UTF8.GetBytes(type), "host"u8, Encoding.UTF8.GetBytes(mdt), "{}"u8);
        await Engine.AppendAsync(ActionTopics.Sources, batch);
    }

    public async Task<List<Record>> ReadAllAsync(string topic)
    {
        var all = new List<Record>();
        await using ITopicCursor cursor = Engine.OpenCursor(topic, RecordId.Zero);
        while (await cursor.ReadAsync() is { IsEmpty: false } page)
        {
            foreach (RecordView record in page) all.Add(record.ToRecord());
        }

        return all;
    }

    /// <summary>Everything that a replay of the topics says of the live actions, one line each.</summary>
    public async Task<List<string>> ReplayAsync(string prefix = ActionTopics.DefaultPrefix)
    {
        await using var follower = new ActionFollower(Engine, prefix);
        await follower.CatchUpAsync();
        return Describe(follower.Live);
    }

    public static List<string> Describe(LiveActions live)
    {
        var all = new List<string>();
        foreach (MdtActions mdt in live.Mdts)
        {
            foreach (LiveAction action in mdt)
            {
                all.Add($"{action.Mdt} {action.Fid} {action.ActionText} {action.StatusText} {action.Cookie} {action.Index} {action.ArchiveId} "
                    + $"{action.FirstSeen:u} {action.StatusSince:u} {action.LastEvent:u} {action.LastState} {action.RawHash}");
            }
        }

        all.Sort(StringComparer.Ordinal);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LogEngine engine in _engines) await engine.DisposeAsync();
    }
}
