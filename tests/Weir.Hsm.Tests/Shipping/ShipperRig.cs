using System.Text;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping;
using Weir.Lab.Time;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>Action files in a directory, an embedded feed beside them, and a shipper between the two that can be restarted.</summary>
internal sealed class ShipperRig : IAsyncDisposable
{
    public const string Mdt = "lab-MDT0000";

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-ship-").FullName;
    private Shipper? _shipper;

    public ShipperRig(ActionLayout layout = ActionLayout.PerMdt)
    {
        Log = new();
        Engine = OpenEngine();
        Options = new()
        {
            Actions = [Path.Combine(_directory, "*", "*-MDT????", "hsm", "actions")],
            SnapshotPath = Path.Combine(_directory, "feed", "hsm", "ship.snapshot"),
            Layout = layout,
            Time = Time,
            HostName = "host-a",
        };
    }

    public ManualTimeProvider Time { get; } = new();

    public RecordingLogger Log { get; }

    /// <summary>The engine under the shipper; tests may put one around it.</summary>
    public IFeedEngine Engine { get; set; }

    public ShipperOptions Options { get; set; }

    public Shipper Shipper => _shipper ??= new(Options, Engine, Log);

    public string FilePath(string mdt = Mdt, string host = "host-a") => Path.Combine(_directory, host, mdt, "hsm", "actions");

    public void Write(IEnumerable<string> lines, string mdt = Mdt, string host = "host-a") =>
        WriteText(string.Concat(lines.Select(line => line + "\n")), mdt, host);

    public void WriteText(string text, string mdt = Mdt, string host = "host-a") => WriteBytes(Encoding.UTF8.GetBytes(text), mdt, host);

    public void WriteBytes(byte[] bytes, string mdt = Mdt, string host = "host-a")
    {
        string path = FilePath(mdt, host);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    public void RemoveFile(string mdt = Mdt, string host = "host-a") => Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(FilePath(mdt, host)))!, true);

    /// <summary>One poll, 20 seconds after the last one.</summary>
    public async Task<CycleReport> PollAsync()
    {
        Time.Advance(TimeSpan.FromSeconds(20));
        return await Shipper.RunCycleAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>One poll that must have no problem.</summary>
    public async Task<CycleReport> PollWellAsync()
    {
        CycleReport report = await PollAsync();
        Assert.Empty(report.Problems);
        return report;
    }

    /// <summary>One poll by a process of its own.</summary>
    public async Task<CycleReport> PollOnceAsync()
    {
        Restart();
        Time.Advance(TimeSpan.FromSeconds(20));
        return await Shipper.RunOnceAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The shipper's memory is gone; its snapshot is there as it was last written.</summary>
    public void Restart() => _shipper = null;

    public void DeleteSnapshot() => File.Delete(Options.SnapshotPath!);

    /// <summary>Everything in the topics of actions and sources, as "TYPE subject: data" in their order.</summary>
    public async Task<List<EventSeen>> EventsAsync(RecordId after = default)
    {
        var seen = new List<EventSeen>();
        foreach (string topic in await Engine.ListTopicsAsync("hsm:", TestContext.Current.CancellationToken))
        {
            await using ITopicCursor cursor = Engine.OpenCursor(topic, after);
            while (await cursor.ReadAsync(TestContext.Current.CancellationToken) is { IsEmpty: false } page)
            {
                foreach (RecordView record in page) seen.Add(new(topic, record.ToRecord()));
            }
        }

        return seen;
    }

    /// <summary>The types of the action events, in order, as "NEW NEW PURGED".</summary>
    public async Task<string> TypesAsync() =>
        string.Join(' ', (await EventsAsync()).Where(seen => seen.Topic != ActionTopics.Sources).Select(seen => seen.Record.Type));

    public async Task<string> SourceTypesAsync() =>
        string.Join(' ', (await EventsAsync()).Where(seen => seen.Topic == ActionTopics.Sources).Select(seen => $"{seen.Record.Type} {seen.Record.Subject}"));

    /// <summary>What a reader that starts now finds live: "MDT place cookie status" lines in order.</summary>
    public async Task<List<string>> LiveAsync()
    {
        LiveActions live = await ReplayAsync();
        var lines = new List<string>();
        foreach (MdtActions mdt in live.Mdts)
        {
            foreach (LiveAction action in mdt) lines.Add($"{action.Mdt} {action.Index} {action.Cookie:x} {action.ActionText} {action.StatusText}");
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    public async Task<LiveActions> ReplayAsync()
    {
        var live = new LiveActions();
        foreach (string topic in await ActionTopics.ListAsync(Engine, ActionTopics.DefaultPrefix, TestContext.Current.CancellationToken))
        {
            await using ITopicCursor cursor = Engine.OpenCursor(topic, RecordId.Zero);
            while (await cursor.ReadAsync(TestContext.Current.CancellationToken) is { IsEmpty: false } page)
            {
                foreach (RecordView record in page) live.Apply(record);
            }
        }

        Assert.Equal(0, live.Unreadable);
        return live;
    }

    public LogEngine OpenEngine() => new(new() { Directory = Path.Combine(_directory, "feed"), Time = Time });

    public async Task ReopenEngineAsync()
    {
        await Engine.DisposeAsync();
        Engine = OpenEngine();
        Restart();
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    internal sealed record EventSeen(string Topic, Feed.Record Record);

    internal sealed class RecordingLogger : ILogger
    {
        public List<(LogLevel Level, int Id, string Message)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, eventId.Id, formatter(state, exception)));

        public int CountOf(int id) => Entries.Count(entry => entry.Id == id);
    }
}
