using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;

namespace Weir.Coordinator.Tests.Server;

/// <summary>Who is given what, byte for byte as it goes over the wire, with a clock that stands still (docs/coordinator-protocol.md).</summary>
public sealed class SchedulingConformanceTests
{
    private const string Recv = "{\"command\":\"recv\"}";
    private const string Done = "{\"command\": \"done\"}";

    [Fact]
    public async Task Cancels_come_first_then_restores_removes_and_archives()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(1)), Queued(1));
        await agent.AskAsync(Recv, Items.List(Items.HandedOut(1)));
        await agent.AskAsync(Items.Queue(Items.Archive(2), Items.Remove(3), Items.Restore(4)), Queued(3));
        await server.Server.CancelAsync(Key(1));
        await agent.AskAsync(Recv, Items.List(Items.HandedOut(1, 23), Items.HandedOut(4, 21), Items.HandedOut(3, 22), Items.HandedOut(2)));
    }

    [Fact]
    public async Task Lustre_s_cancel_of_what_nobody_knows_is_answered_to_nobody()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.SendAsync(Recv);
        await server.Server.CancelAsync(Key(5));
        await agent.AskAsync(Items.Done(9), Done);
        Assert.Empty(server.Lustre.Ended);
    }

    [Fact]
    public async Task A_cancel_may_be_acknowledged_twice()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(1)), Queued(1));
        await agent.AskAsync(Recv, Items.List(Items.HandedOut(1)));
        await server.Server.CancelAsync(Key(1));
        await agent.AskAsync(Recv, Items.List(Items.HandedOut(1, 23)));
        await agent.AskAsync(Items.Done(1, 125), Done);
        await agent.AskAsync(Items.Done(1, 125), Done);
        await agent.AskAsync(
            "{\"command\":\"status\"}",
            "{\"command\": \"status\", \"done_archive\": 1, \"done_cancel\": 1, \"clients_connected\": 1, "
            + "\"clients\": [{\"client_id\": \"n0\", \"done_archive\": 1, \"status\": \"ready\"}]}");
    }

    [Fact]
    public async Task What_is_cancelled_ends_with_its_agent_and_is_handed_to_nobody_else()
    {
        await using TestServer server = await TestServer.StartAsync();
        RawPeer gone = await server.ConnectAsync();
        await gone.AskAsync("{\"command\":\"ehlo\"}", "{\"command\": \"ehlo\"}");
        await gone.AskAsync(Items.Queue(Items.Archive(1)), Queued(1));
        await gone.AskAsync(Recv, Items.List(Items.HandedOut(1)));
        await server.Server.CancelAsync(Key(1));
        await using RawPeer other = await server.GreetAsync("n1");
        await other.SendAsync(Recv);
        await gone.DisposeAsync();
        await server.WhenAsync(core => core.Count == 0);
        await server.SettleAsync();
        Assert.Equal([(Key(1), 125)], server.Lustre.Ended);
        await other.AskAsync(Items.Done(9), Done);
    }

    [Fact]
    public async Task A_list_has_one_archive_id_and_one_set_of_flags()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(
            Items.Queue(Items.Archive(1, archiveId: 2, flags: 1), Items.Archive(2), Items.Archive(3, archiveId: 2, flags: 1), Items.Archive(4, archiveId: 2)), Queued(4));
        await agent.AskAsync(Recv, List("\"hal_archive_id\": 2, \"hal_flags\": 1", Items.Archive(1, archiveId: 2, flags: 1), Items.Archive(3, archiveId: 2, flags: 1)));
        await agent.AskAsync(Recv, Items.List(Items.HandedOut(2)));
        await agent.AskAsync(Recv, List("\"hal_archive_id\": 2", Items.Archive(4, archiveId: 2)));
    }

    [Fact]
    public async Task An_agent_is_given_its_archive_ids_only()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer some = await server.GreetAsync("n0", ",\"archive_ids\":[2,3]");
        await using RawPeer all = await server.GreetAsync("n1", ",\"archive_ids\":[]");
        await some.SendAsync(Recv);
        await all.AskAsync(Items.Queue(Items.Archive(1), Items.Restore(2, archiveId: 3)), Queued(2));
        await some.ExpectAsync(List("\"hal_archive_id\": 3", Items.Restore(2, archiveId: 3)));
        await some.SendAsync(Recv);
        await all.AskAsync(Recv, Items.List(Items.HandedOut(1)));
        await some.AskAsync(Items.Done(2), Done);
    }

    [Fact]
    public async Task Items_count_their_head_twice_against_max_bytes()
    {
        // 72 + align8(72 + 3) = 152 each.
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Enumerable.Range(1, 4).Select(number => Items.Archive(number, "abc"))), Queued(4));
        await agent.AskAsync("{\"command\":\"recv\",\"max_bytes\":303}", Items.List(Items.HandedOut(1, data: "abc")));
        await agent.AskAsync("{\"command\":\"recv\",\"max_bytes\":304}", Items.List(Items.HandedOut(2, data: "abc"), Items.HandedOut(3, data: "abc")));
    }

    [Fact]
    public async Task Agents_share_what_waits_and_who_only_asks_for_the_status_has_no_share()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer first = await server.GreetAsync("n0");
        await using RawPeer second = await server.GreetAsync("n1");
        await using RawPeer onlooker = await server.ConnectAsync();
        await onlooker.AskAsync(Items.Queue(Enumerable.Range(1, 4).Select(number => Items.Archive(number))), Queued(4));
        await first.AskAsync(Recv, Items.List(Items.HandedOut(1), Items.HandedOut(2)));
        await second.AskAsync(Recv, Items.List(Items.HandedOut(3)));
        await second.AskAsync(Recv, Items.List(Items.HandedOut(4)));
    }

    [Fact]
    public async Task The_mapping_that_stands_last_and_is_a_part_of_the_data_decides()
    {
        CoordinatorOptions options = new() { HostMappings = [new("tag=a", ["n0"]), new("ag=ab", ["n1"])] };
        await using TestServer server = await TestServer.StartAsync(options);
        await using RawPeer first = await server.GreetAsync("n0");
        await using RawPeer second = await server.GreetAsync("n1");
        await first.AskAsync(Items.Queue(Items.Archive(1, "x,tag=ab"), Items.Archive(2, "x,tag=ac"), Items.Restore(3, "tag=ab")), Queued(3));
        await first.AskAsync(Recv, Items.List(Items.HandedOut(3, 21, "tag=ab"), Items.HandedOut(2, data: "x,tag=ac")));
        await second.AskAsync(Recv, Items.List(Items.HandedOut(1, data: "x,tag=ab")));
    }

    [Fact]
    public async Task A_consistent_mapping_writes_the_group_into_the_data()
    {
        // djb2("foo") mod 10 is 9, djb2("bar") mod 10 is 4; djb2("9") is even, djb2("4") is odd.
        CoordinatorOptions options = new() { HostMappings = [new("tag=", ["n0", "n1"]) { IsConsistent = true, Groups = 10 }] };
        await using TestServer server = await TestServer.StartAsync(options);
        await using RawPeer even = await server.GreetAsync("n0");
        await using RawPeer odd = await server.GreetAsync("n1");
        await even.AskAsync(Items.Queue(Items.Archive(1, "x=1,tag=foo,y"), Items.Archive(2, "tag=bar\\u0000"), Items.Archive(3, "tag=foo")), Queued(3));
        await even.AskAsync(Recv, Items.List(Items.HandedOut(1, data: "x=1,tag=9,y"), Items.HandedOut(3, data: "tag=9")));
        await odd.AskAsync(Recv, Items.List(Items.HandedOut(2, data: "tag=4\\u0000")));
    }

    [Fact]
    public async Task A_slot_takes_its_part_of_the_limit_and_is_given_up_when_it_is_idle()
    {
        CoordinatorOptions options = new() { Batches = new BatchOptions { Idle = TimeSpan.FromSeconds(5), Max = TimeSpan.FromSeconds(10), SlotsPerAgent = 2 } };
        await using TestServer server = await TestServer.StartAsync(options);
        await using RawPeer agent = await server.GreetAsync("n0");
        (int Number, string Data)[] requests = [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "c")];
        await agent.AskAsync(Items.Queue(requests.Select(request => Items.Archive(request.Number, request.Data))), Queued(5));
        await agent.AskAsync("{\"command\":\"recv\",\"max_archive\":3}", Items.List(Items.HandedOut(1, data: "a"), Items.HandedOut(2, data: "a"), Items.HandedOut(4, data: "b")));
        await server.AdvanceAsync(TimeSpan.FromSeconds(3));
        await agent.AskAsync(
            "{\"command\":\"status\"}",
            "{\"command\": \"status\", \"running_archive\": 3, \"pending_archive\": 2, \"clients_connected\": 1, \"clients\": [{\"client_id\": \"n0\", \"current_archive\": 3, "
            + "\"status\": \"ready\", \"batches\": [{\"hint\": \"a\", \"current_count\": 2, \"expire_idle_s\": 2, \"expire_max_s\": 7, \"waiting_archive\": 1}, "
            + "{\"hint\": \"b\", \"current_count\": 1, \"expire_idle_s\": 2, \"expire_max_s\": 7}]}]}");

        // b's slot is idle five seconds after its last end and goes to c; a's, whose work waits, is not.
        await agent.AskAsync(Items.Done(4), Done);
        await agent.SendAsync("{\"command\":\"recv\",\"max_archive\":3}");
        await server.AdvanceAsync(TimeSpan.FromSeconds(4));
        await agent.AskAsync(Items.Done(9), Done);
        await server.AdvanceAsync(TimeSpan.FromSeconds(1));
        await agent.ExpectAsync(Items.List(Items.HandedOut(5, data: "c")));
    }

    [Fact]
    public async Task A_slot_that_works_is_given_up_when_its_time_is_over()
    {
        CoordinatorOptions options = new() { Batches = new BatchOptions { Idle = TimeSpan.FromSeconds(5), Max = TimeSpan.FromSeconds(10) } };
        await using TestServer server = await TestServer.StartAsync(options);
        await using RawPeer agent = await server.GreetAsync("n0");
        const string one = "{\"command\":\"recv\",\"max_archive\":1}";
        await agent.AskAsync(Items.Queue(Items.Archive(1, "a"), Items.Archive(2, "b"), Items.Archive(3, "a"), Items.Archive(4, "a")), Queued(4));
        await agent.AskAsync(one, Items.List(Items.HandedOut(1, data: "a")));
        await server.AdvanceAsync(TimeSpan.FromSeconds(9));
        await agent.AskAsync(Items.Done(1), Done);
        await agent.AskAsync(one, Items.List(Items.HandedOut(3, data: "a")));
        await server.AdvanceAsync(TimeSpan.FromSeconds(1));
        await agent.AskAsync(Items.Done(3), Done);
        await agent.AskAsync(one, Items.List(Items.HandedOut(2, data: "b")));
    }

    [Fact]
    public async Task Who_comes_back_has_what_waited_for_it_and_its_slot()
    {
        CoordinatorOptions options = new() { Batches = new BatchOptions { Idle = TimeSpan.FromSeconds(5) } };
        await using TestServer server = await TestServer.StartAsync(options);
        RawPeer first = await server.GreetAsync("n0");
        await first.AskAsync(Items.Queue(Items.Archive(1, "b"), Items.Archive(2, "b"), Items.Archive(3, "b")), Queued(3));
        await first.AskAsync("{\"command\":\"recv\",\"max_archive\":2}", Items.List(Items.HandedOut(1, data: "b"), Items.HandedOut(2, data: "b")));
        await first.DisposeAsync();
        await server.WhenAsync(core => core.FindAgent("n0") is { IsConnected: false });
        await using RawPeer other = await server.GreetAsync("n1");
        await other.SendAsync(Recv);
        await server.AdvanceAsync(TimeSpan.FromSeconds(2));
        await other.AskAsync(Items.Done(9), Done);

        await using RawPeer second = await server.GreetAsync("n0", $",\"hai_list\":[{Items.Archive(2, "b")}]");
        await second.AskAsync(Recv, Items.List(Items.HandedOut(3, data: "b"), Items.HandedOut(1, data: "b")));
        await other.AskAsync(Items.Done(9), Done);
    }

    [Fact]
    public async Task Who_comes_back_without_a_list_runs_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        RawPeer first = await server.GreetAsync("n0");
        await first.AskAsync(Items.Queue(Items.Archive(1)), Queued(1));
        await first.AskAsync(Recv, Items.List(Items.HandedOut(1)));
        await first.DisposeAsync();
        await server.WhenAsync(core => core.FindAgent("n0") is { IsConnected: false });
        await using RawPeer onlooker = await server.ConnectAsync();
        long since = server.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        await onlooker.AskAsync(
            "{\"command\":\"status\"}",
            $"{{\"command\": \"status\", \"running_archive\": 1, \"clients_connected\": 1, \"clients\": [{{\"client_id\": \"{onlooker.Name}\", \"status\": \"init\"}}, "
            + $"{{\"client_id\": \"n0\", \"current_archive\": 1, \"status\": \"disconnected\", \"disconnected_timestamp\": {since}}}]}}");
        await using RawPeer second = await server.GreetAsync("n0");
        await onlooker.AskAsync(
            "{\"command\":\"status\"}",
            $"{{\"command\": \"status\", \"pending_archive\": 1, \"clients_connected\": 2, \"clients\": [{{\"client_id\": \"{onlooker.Name}\", \"status\": \"init\"}}, "
            + "{\"client_id\": \"n0\", \"status\": \"ready\"}]}");
        await second.AskAsync(Recv, Items.List(Items.HandedOut(1)));
    }

    private static string Queued(int count) => $"{{\"command\": \"queue\", \"enqueued\": {count}}}";

    private static string List(string head, params IEnumerable<string> items) =>
        $"{{\"hsm_action_list\": {{\"hal_version\": 1, {head}, \"hal_fsname\": \"testfs\", \"list\": [{string.Join(", ", items)}]}}, \"command\": \"recv\"}}";

    private static RequestKey Key(uint number) => new(number, new(8589935617, number, 0));
}
