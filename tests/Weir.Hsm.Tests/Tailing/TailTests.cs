using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Tailing;
using Weir.Hsm.Tests.Shipping;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Tailing;

public class TailTests
{
    private const string Topic = "hsm:actions:elm-MDT0000";

    [Fact]
    public async Task Purges_heartbeats_and_refreshes_are_hidden_unless_asked_for()
    {
        await using var rig = new ShipperRig();
        string waiting = ActionText.Line(1, 1, 0x10);
        string started = ActionText.Line(1, 1, 0x10, HsmStatus.Started);
        await AppendAsync(rig, Topic,
            EventText.State(HsmEventType.New, waiting, 100),
            EventText.Heartbeat(waiting, 200),
            EventText.State(HsmEventType.Update, waiting, 300, 100, 100),
            EventText.State(HsmEventType.Update, started, 400, 100, 400),
            EventText.Purged(started, 500));
        Assert.Equal("NEW UPDATE", await TypesAsync(rig, TailFilter.Default));
        Assert.Equal("NEW HEARTBEAT REFRESH UPDATE PURGED", await TypesAsync(rig, new(show: ["purged", "Heartbeat", "REFRESH"])));
        Assert.Equal("NEW", await TypesAsync(rig, new(hide: ["STARTED"])));
        Assert.Equal("UPDATE", await TypesAsync(rig, new(hide: ["new"])));
        Assert.Equal("", await TypesAsync(rig, new(hide: ["ARCHIVE"])));
    }

    [Fact]
    public async Task Repeats_are_dropped()
    {
        await using var rig = new ShipperRig();
        string line = ActionText.Line(1, 1, 0x10);
        byte[] first = EventText.State(HsmEventType.New, line, 100);
        byte[] purge = EventText.Purged(line, 500);
        await AppendAsync(rig, Topic, first, first, EventText.Python1State("NEW", line, 160), purge, purge);
        Assert.Equal("NEW PURGED", await TypesAsync(rig, new(show: ["PURGED"])));
    }

    [Fact]
    public async Task A_purge_that_names_a_place_only_is_shown_with_what_was_known()
    {
        await using var rig = new ShipperRig();
        await AppendAsync(rig, Topic,
            EventText.Python1State("NEW", ActionText.Line(1, 1, 0x10, HsmStatus.Started, HsmAction.Restore), 100), EventText.Python1Short("PURGED", 1, 1, 300));
        TailEvent purge = (await ReadAsync(rig, new() { FromBeginning = true, Filter = new(show: ["PURGED"]) }))[^1];
        Assert.Equal(("0x200000401:0x1:0x0", "RESTORE", "STARTED", 0x10ul), (purge.Fid, purge.Action, purge.Status, purge.Cookie));
    }

    [Fact]
    public async Task Mdts_and_files_can_be_singled_out()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10, file: 1), ActionText.Line(1, 2, 0x11, file: 2)]);
        rig.Write([ActionText.Line(1, 1, 0x12, file: 2)], "lab-MDT0001");
        await rig.PollWellAsync();
        Assert.Equal([0x12ul], (await ReadAsync(rig, new() { FromBeginning = true, Filter = new(mdts: ["lab-MDT0001"]) })).Select(told => told.Cookie!.Value));
        Assert.Equal([0x11ul, 0x12ul], (await ReadAsync(rig, new() { FromBeginning = true, Filter = new(fids: ["[0x200000401:0x2:0x0]"]) }))
            .Select(told => told.Cookie!.Value).Order());
    }

    [Fact]
    public async Task Events_of_several_topics_come_in_the_order_of_their_ids()
    {
        await using var rig = new ShipperRig();
        for (uint i = 1; i <= 6; i++)
        {
            rig.Write(Enumerable.Range(1, (int)i).Select(n => ActionText.Line(1, (uint)n, (ulong)n)), i % 2 == 0 ? "lab-MDT0000" : "lab-MDT0001");
            await rig.PollWellAsync();
        }

        List<TailEvent> told = await ReadAsync(rig, new() { FromBeginning = true });
        Assert.Equal(11, told.Count);
        Assert.Equal(told.OrderBy(one => one.Id).Select(one => one.Id), told.Select(one => one.Id));
    }

    [Fact]
    public async Task Following_shows_what_comes_after_the_start_also_in_a_topic_that_comes_later()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var tail = new Tail(rig.Engine, new() { Follow = true });
        IAsyncEnumerator<TailEvent> told = tail.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Task<bool> next = told.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started)]);
        await rig.PollWellAsync();
        Assert.True(await next);
        Assert.Equal(("lab-MDT0000", "STARTED"), (told.Current.Mdt, told.Current.Status));
        next = told.MoveNextAsync().AsTask();
        rig.Write([ActionText.Line(1, 1, 0x10)], "lab-MDT0007");
        await rig.PollWellAsync();
        Assert.True(await next);
        Assert.Equal("lab-MDT0007", told.Current.Mdt);
        next = told.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await told.DisposeAsync();
    }

    [Fact]
    public async Task Without_following_the_end_is_the_end()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();
        Assert.Empty(await ReadAsync(rig, new()));
        Assert.Single(await ReadAsync(rig, new() { FromBeginning = true }));
    }

    [Fact]
    public void A_line_shows_time_mdt_type_action_status_file_path_and_id()
    {
        var told = new TailEvent
        {
            Topic = Topic,
            Id = new(1762840800000, 7),
            Type = HsmEventType.Purged,
            Mdt = "elm-MDT0000",
            Fid = "0x200000401:0x1:0x0",
            Action = "ARCHIVE",
            Status = "STARTED",
            Time = DateTimeOffset.FromUnixTimeSeconds(1762840800),
            FinalStateSeen = false,
            Path = "/fs/a\e[2Jb",
            IsPathResolved = true,
        };
        Assert.Equal(
            @"2025-11-11 06:00:00 [elm-MDT0000] PURGED    ARCHIVE  STARTED  0x200000401:0x1:0x0 -> /fs/a\x1b[2Jb (vanished without a final state) (id: 1762840800000-7)",
            TailText.Format(told, TimeZoneInfo.Utc));
        Assert.Contains("\e[94mSTARTED\e[0m", TailText.Format(told, TimeZoneInfo.Utc, isColoured: true), StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_of_an_event_has_every_member_that_is_known()
    {
        var told = new TailEvent
        {
            Topic = Topic,
            Id = new(5, 7),
            Type = HsmEventType.Update,
            IsRefresh = true,
            Mdt = "elm-MDT0000",
            Fid = "0x1",
            Action = "ARCHIVE",
            Status = "STARTED",
            Index = (1, 2),
            Cookie = 0x6912db05,
            Time = DateTimeOffset.FromUnixTimeSeconds(100),
            FirstSeen = DateTimeOffset.FromUnixTimeSeconds(50),
            Path = "/a\"b",
        };
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) TailJson.Write(json, told);
        Assert.Equal(
            """{"topic":"hsm:actions:elm-MDT0000","id":"5-7","event_type":"UPDATE","refresh":true,"mdt":"elm-MDT0000","fid":"0x1","action":"ARCHIVE","status":"STARTED","cat_idx":1,"rec_idx":2,"cookie":"0x6912db05","timestamp":100,"first_seen":50,"path":"/a\u0022b"}""",
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static async Task AppendAsync(ShipperRig rig, string topic, params byte[][] events)
    {
        var batch = new RecordBatch();
        foreach (byte[] data in events) batch.Add("x"u8, "y"u8, "z"u8, data);
        await rig.Engine.AppendAsync(topic, batch, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static async Task<string> TypesAsync(ShipperRig rig, TailFilter filter) => string.Join(' ', (await ReadAsync(rig, new() { FromBeginning = true, Filter = filter }))
        .Select(told => told.IsRefresh ? TailFilter.Refresh : HsmEventNames.Text(told.Type)));

    private static async Task<List<TailEvent>> ReadAsync(ShipperRig rig, TailOptions options)
    {
        var told = new List<TailEvent>();
        await foreach (TailEvent one in new Tail(rig.Engine, options).ReadAsync(TestContext.Current.CancellationToken)) told.Add(one);
        return told;
    }
}
