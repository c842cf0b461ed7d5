using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Maintenance;
using Weir.Hsm.Reading;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Reading;

public sealed class ActionStreamTests : IAsyncDisposable
{
    private const string Topic = "hsm:actions:elm-MDT0000";

    private readonly TestFeed _feed = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private long Now => _feed.Clock.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task A_replay_gives_every_event_once_with_what_is_known_of_its_action()
    {
        byte[] made = State(1);
        await _feed.AppendAsync(Topic, made, made, State(1, HsmStatus.Started), EventText.Heartbeat(Line(1), Now), EventText.Python1Short("PURGED", 1, 1, Now));
        List<ActionEvent> all = await ReadAsync(new() { Follow = false });
        Assert.Equal([HsmEventType.New, HsmEventType.Update, HsmEventType.Purged], all.Select(happened => happened.Type));
        Assert.Equal((HsmStatus.Started, HsmAction.Archive, 1ul, "0x200000401:0x1:0x0"), (all[2].Status, all[2].Action, all[2].Cookie!.Value, all[2].Fid));
        Assert.Equal(Line(1), all[0].Line);
    }

    [Fact]
    public async Task Heartbeats_and_refreshes_come_when_they_are_asked_for()
    {
        await _feed.AppendAsync(Topic, State(1), EventText.Heartbeat(Line(1), Now), EventText.State(HsmEventType.Update, Line(1), Now + 5, Now, Now));
        Assert.Single(await ReadAsync(new() { Follow = false }));
        List<ActionEvent> all = await ReadAsync(new() { Follow = false, IncludeUnchanged = true });
        Assert.Equal([false, false, true], all.Select(happened => happened.IsRefresh));
    }

    [Fact]
    public async Task A_named_reader_goes_on_behind_what_it_acknowledged_and_still_knows_what_was_before()
    {
        await _feed.AppendAsync(Topic, State(1), State(2), State(3));
        var options = new ActionStreamOptions { Follow = false, Consumer = "me" };
        var stream = new ActionStream(_feed.Engine, options);
        await foreach (ActionEvent happened in stream.ReadAsync(Cancelled))
        {
            if (happened.Cookie == 2) await stream.AcknowledgeAsync(happened, Cancelled);
        }

        await _feed.AppendAsync(Topic, EventText.Python1Short("PURGED", 1, 1, Now));
        Assert.Equal([(HsmEventType.New, 3ul), (HsmEventType.Purged, 1ul)], (await ReadAsync(options)).Select(happened => (happened.Type, happened.Cookie!.Value)));
    }

    [Fact]
    public async Task Topics_of_new_MDTs_are_found_while_it_follows()
    {
        await _feed.AppendAsync(Topic, State(1));
        var stream = new ActionStream(_feed.OpenEngine(), new() { Start = ActionStart.End });
        await using IAsyncEnumerator<ActionEvent> events = stream.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        ValueTask<bool> next = events.MoveNextAsync();
        await AppendUntilAsync(next.AsTask(), number => _feed.AppendAsync("hsm:actions:elm-MDT0007", EventText.State(HsmEventType.New, Line(number), Now, mdt: "elm-MDT0007")));
        Assert.Equal("elm-MDT0007", events.Current.Mdt);
    }

    [Fact]
    public async Task What_a_named_reader_has_not_acknowledged_is_not_trimmed()
    {
        RecordId first = await _feed.AppendAsync(Topic, State(1));
        await _feed.AppendAsync(Topic, EventText.Purged(Line(1), Now));
        await _feed.Engine.WritePositionAsync(Topic, "me", first, Cancelled);
        await using var janitor = new Janitor(_feed.OpenEngine(), new() { Time = _feed.Clock }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await janitor.RunRoundAsync(Cancelled);
        Assert.Single(await _feed.ReadAllAsync(Topic));
    }

    [Fact]
    public async Task A_reader_without_a_name_cannot_acknowledge()
    {
        await _feed.AppendAsync(Topic, State(1));
        ActionEvent happened = Assert.Single(await ReadAsync(new() { Follow = false }));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await new ActionStream(_feed.Engine).AcknowledgeAsync(happened, Cancelled));
    }

    [Fact]
    public async Task The_example_of_the_documentation_works_and_is_the_one_compiled_here()
    {
        using var stop = new CancellationTokenSource();
        var sent = new TaskCompletionSource<string>();
        Task running = RestoreMail.RunAsync(_feed.OpenEngine(), text => sent.TrySetResult(text), stop.Token);
        await AppendUntilAsync(sent.Task, number => _feed.AppendAsync(
            Topic, EventText.State(HsmEventType.New, RestoreLine(number, HsmStatus.Waiting), Now), EventText.State(HsmEventType.Update, RestoreLine(number, HsmStatus.Succeed), Now)));
        Assert.EndsWith("on elm-MDT0000: SUCCEED", await sent.Task);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Weir.slnx"))) root = root.Parent!;
        string document = await File.ReadAllTextAsync(Path.Combine(root.FullName, "docs", "hsm-tools.md"), Cancelled);
        string source = await File.ReadAllTextAsync(Path.Combine(root.FullName, "tests", "Weir.Hsm.Tests", "Reading", "RestoreMail.cs"), Cancelled);
        string body = source[source.IndexOf("    public static", StringComparison.Ordinal)..source.LastIndexOf("\n}", StringComparison.Ordinal)];
        Assert.Contains(body.Replace("\n    ", "\n", StringComparison.Ordinal).TrimStart(), document, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _feed.DisposeAsync();

    private static string Line(uint number, HsmStatus status = HsmStatus.Waiting) => ActionText.Line(1, number, number, status, file: number);

    private static string RestoreLine(uint number, HsmStatus status) => ActionText.Line(1, number, number, status, HsmAction.Restore, number);

    /// <summary>A reader that is just starting may begin behind any one append, so there are some until it has seen one.</summary>
    private static async Task AppendUntilAsync(Task seen, Func<uint, Task> append)
    {
        for (uint number = 10; !seen.IsCompleted; number++)
        {
            await append(number);
            await Task.WhenAny(seen, Task.Delay(50, Cancelled));
        }
    }

    private byte[] State(uint number, HsmStatus status = HsmStatus.Waiting) =>
        EventText.State(status == HsmStatus.Waiting ? HsmEventType.New : HsmEventType.Update, Line(number, status), Now);

    private async Task<List<ActionEvent>> ReadAsync(ActionStreamOptions options)
    {
        var all = new List<ActionEvent>();
        await foreach (ActionEvent happened in new ActionStream(_feed.Engine, options).ReadAsync(Cancelled)) all.Add(happened);
        return all;
    }
}
