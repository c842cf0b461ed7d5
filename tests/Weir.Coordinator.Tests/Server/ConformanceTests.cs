using System.Globalization;

namespace Weir.Coordinator.Tests.Server;

/// <summary>Every command, byte for byte as the original answers it (docs/coordinator-protocol.md).</summary>
public sealed class ConformanceTests
{
    private const string Recv = "{\"command\":\"recv\",\"max_archive\":-1,\"max_restore\":-1,\"max_remove\":-1,\"max_bytes\":1048576}";
    private const string NotReady = "{\"command\": \"recv\", \"status\": 22, \"error\": \"Client must send EHLO first and not already be in RECV\"}";

    [Fact]
    public async Task Ehlo_is_answered_once()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync("{\"command\":\"ehlo\",\"id\":\"n0\",\"fsname\":\"another\"}", "{\"command\": \"ehlo\"}");
        await peer.AskAsync("{\"command\":\"ehlo\",\"id\":\"n0\"}", "{\"command\": \"ehlo\", \"status\": 22, \"error\": \"Client cannot send EHLO twice\"}");
    }

    [Fact]
    public async Task An_id_that_is_in_use_is_refused_and_another_may_be_tried()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer first = await server.GreetAsync("n0");
        await using RawPeer second = await server.ConnectAsync();
        await second.AskAsync("{\"command\":\"ehlo\",\"id\":\"n0\"}", "{\"command\": \"ehlo\", \"status\": 17, \"error\": \"id already used by another client\"}");
        await second.AskAsync(Recv, NotReady);
        await second.AskAsync("{\"command\":\"ehlo\",\"id\":\"n1\"}", "{\"command\": \"ehlo\"}");
    }

    [Theory]
    [InlineData("[0]")]
    [InlineData("[1,-2]")]
    [InlineData("[\"1\"]")]
    public async Task A_bad_archive_id_is_answered_with_the_wrong_command(string ids)
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync($"{{\"command\":\"ehlo\",\"archive_ids\":{ids}}}", "{\"command\": \"done\", \"status\": 22, \"error\": \"Bad archive id in list\"}");
        await peer.AskAsync("{\"command\":\"ehlo\"}", "{\"command\": \"ehlo\"}");
    }

    [Fact]
    public async Task Recv_before_ehlo_or_twice_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync(Recv, NotReady);
        await peer.AskAsync("{\"command\":\"ehlo\",\"id\":\"n0\"}", "{\"command\": \"ehlo\"}");
        await peer.SendAsync(Recv);
        await peer.AskAsync(Recv, NotReady);
    }

    [Theory]
    [InlineData(171, false)]
    [InlineData(172, true)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    public async Task A_buffer_must_hold_an_item(int bytes, bool isEnough)
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await peer.SendAsync($"{{\"command\":\"recv\",\"max_bytes\":{bytes.ToString(CultureInfo.InvariantCulture)}}}");
        if (isEnough) await peer.AskAsync("{\"command\":\"lock\",\"locked\":0}", "{\"command\": \"lock\"}");
        else await peer.ExpectAsync("{\"command\": \"recv\", \"status\": 22, \"error\": \"Buffer too small\"}");
    }

    [Fact]
    public async Task Work_that_is_there_is_handed_out_at_once()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await peer.AskAsync(Items.Queue(Items.Archive(1, "tag=a\\u0000"), Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        await peer.AskAsync(Recv, Items.List(Items.HandedOut(1, data: "tag=a\\u0000"), Items.HandedOut(2)));
        await peer.SendAsync(Recv);
        await peer.AskAsync(Items.Done(1), "{\"command\": \"done\"}");
    }

    [Fact]
    public async Task Recv_waits_for_work_and_other_answers_pass_it()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await using RawPeer client = await server.ConnectAsync();
        await peer.SendAsync(Recv);
        await peer.AskAsync("{\"command\":\"lock\",\"locked\":0}", "{\"command\": \"lock\"}");
        await client.AskAsync(Items.Queue(Items.Restore(5)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await peer.ExpectAsync(Items.List(Items.HandedOut(5, 21)));
        await peer.AskAsync(Items.Done(5), "{\"command\": \"done\"}");
    }

    [Fact]
    public async Task Done_of_a_waiting_client_is_answered_after_the_work_it_makes_room_for()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await peer.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        const string one = "{\"command\":\"recv\",\"max_archive\":1}";
        await peer.AskAsync(one, Items.List(Items.HandedOut(1)));
        await peer.SendAsync(one);
        await peer.SendAsync(Items.Done(1));
        await peer.ExpectAsync(Items.List(Items.HandedOut(2)));
        await peer.ExpectAsync("{\"command\": \"done\"}");
    }

    [Fact]
    public async Task Done_of_a_client_that_does_not_wait_is_answered_before_its_work()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await peer.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        const string one = "{\"command\":\"recv\",\"max_archive\":1}";
        await peer.AskAsync(one, Items.List(Items.HandedOut(1)));
        await peer.SendAsync(Items.Done(1) + one);
        await peer.ExpectAsync("{\"command\": \"done\"}");
        await peer.ExpectAsync(Items.List(Items.HandedOut(2)));
    }

    [Theory]
    [InlineData("{\"command\":\"done\"}")]
    [InlineData("{\"command\":\"done\",\"hai_cookie\":5}")]
    [InlineData("{\"command\":\"done\",\"hai_dfid\":{\"f_seq\":1,\"f_oid\":1,\"f_ver\":0}}")]
    [InlineData("{\"command\":\"done\",\"hai_cookie\":5,\"hai_dfid\":{\"f_seq\":1,\"f_oid\":1}}")]
    public async Task Done_without_a_key_is_refused(string message)
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync(message, "{\"command\": \"done\", \"status\": 22, \"error\": \"cookie or fid not set -- old client?\"}");
    }

    [Fact]
    public async Task Done_of_what_nobody_knows_is_no_failure()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync(Items.Done(77, -5), "{\"command\": \"done\"}");
    }

    [Fact]
    public async Task Done_with_a_cookie_cut_to_32_bits_ends_what_the_sender_runs()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        string item = Items.Archive(1).Replace("\"hai_cookie\": 1", "\"hai_cookie\": 6871947673600000001", StringComparison.Ordinal);
        await peer.AskAsync(Items.Queue(item), "{\"command\": \"queue\", \"enqueued\": 1}");
        await peer.AskAsync(Recv, Items.List(item));
        string cut = unchecked((int)6871947673600000001).ToString(CultureInfo.InvariantCulture);
        await peer.AskAsync(Items.Done(1).Replace("\"hai_cookie\":1", $"\"hai_cookie\":{cut}", StringComparison.Ordinal), "{\"command\": \"done\"}");
        await server.SettleAsync();
        Assert.Equal((0, 1), (server.Core.Running.Archive, server.Core.Done.Archive));
    }

    [Fact]
    public async Task Queue_counts_what_it_knows_already()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync(Items.Queue(), "{\"command\": \"queue\"}");
        await peer.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(1), Items.Remove(2)), "{\"command\": \"queue\", \"enqueued\": 2, \"skipped\": 1}");
        await peer.AskAsync(Items.Queue(Items.Archive(1)), "{\"command\": \"queue\", \"skipped\": 1}");
    }

    [Fact]
    public async Task Queue_takes_the_good_items_and_says_that_there_are_bad_ones()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        const string error = "\"status\": -22, \"error\": \"Error while parsing hsm action items\"}";
        string noArchive = Items.Archive(3, archiveId: 0), cancel = Items.Archive(4).Replace("\"hai_action\": 20", "\"hai_action\": 23", StringComparison.Ordinal);
        await peer.AskAsync(Items.Queue("{}", Items.Archive(1), noArchive, cancel, "7", Items.Archive(2)), $"{{\"command\": \"queue\", \"enqueued\": 2, {error}");
        await peer.AskAsync(Items.Queue("null"), $"{{\"command\": \"queue\", {error}");
        await peer.AskAsync("{\"command\":\"queue\",\"hsm_action_items\":{}}", $"{{\"command\": \"queue\", {error}");
    }

    [Theory]
    [InlineData("{\"command\":\"queue\"}", "No hsm_action_items set")]
    [InlineData("{\"command\":\"queue\",\"hsm_action_items\":null}", "No hsm_action_items set")]
    [InlineData("{\"command\":\"queue\",\"hsm_action_items\":[],\"fsname\":\"other\"}", "Bad fsname")]
    public async Task Queue_refuses(string message, string error)
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync(message, $"{{\"command\": \"queue\", \"status\": 22, \"error\": \"{error}\"}}");
    }

    [Theory]
    [InlineData("\"fsname\":\"testfs\"")]
    [InlineData("\"hal_fsname\":\"other\"")]
    public async Task Queue_takes_the_right_file_system_s_name_and_looks_at_no_other(string name)
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync($"{{{name},\"hsm_action_items\":[{Items.Archive(1)}],\"command\":\"queue\"}}", "{\"command\": \"queue\", \"enqueued\": 1}");
    }

    [Fact]
    public async Task Of_two_lists_of_items_the_last_counts()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync(
            $"{{\"command\":\"queue\",\"hsm_action_items\":[{Items.Archive(1)},{Items.Archive(2)}],\"hsm_action_items\":[{Items.Archive(2)}]}}",
            "{\"command\": \"queue\", \"enqueued\": 1}");
        await server.SettleAsync();
        Assert.True(server.Core.Knows(new(2, new(8589935617, 2, 0))));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("3")]
    public async Task Lock_takes_three_values(string value)
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync($"{{\"command\":\"lock\",\"locked\":{value}}}", "{\"command\": \"lock\", \"status\": -22, \"error\": \"invalid locked value\"}");
    }

    [Fact]
    public async Task Lock_without_a_value_unlocks()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync("{\"command\":\"lock\",\"locked\":1}", "{\"command\": \"lock\"}");
        await peer.AskAsync("{\"command\":\"lock\"}", "{\"command\": \"lock\"}");
        await peer.AskAsync(
            "{\"command\":\"status\"}", $"{{\"command\": \"status\", \"clients_connected\": 1, \"clients\": [{{\"client_id\": \"{peer.Name}\", \"status\": \"init\"}}]}}");
    }

    [Fact]
    public async Task An_agent_without_an_id_goes_by_its_address()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync("{\"command\":\"ehlo\"}", "{\"command\": \"ehlo\"}");
        await peer.SendAsync(Recv);
        await peer.AskAsync(
            "{\"command\":\"status\"}", $"{{\"command\": \"status\", \"clients_connected\": 1, \"clients\": [{{\"client_id\": \"{peer.Name}\", \"status\": \"waiting\"}}]}}");
    }

    [Fact]
    public async Task While_it_is_locked_nothing_is_handed_out()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await peer.AskAsync("{\"command\":\"lock\",\"locked\":1}", "{\"command\": \"lock\"}");
        await peer.AskAsync(Items.Queue(Items.Archive(1)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await peer.SendAsync(Recv);
        await peer.AskAsync(Items.Done(9), "{\"command\": \"done\"}");
        await peer.SendAsync("{\"command\":\"lock\",\"locked\":0}");
        string[] answers = [await peer.ReadAsync(), await peer.ReadAsync()];
        Assert.Equal(["{\"command\": \"lock\"}", Items.List(Items.HandedOut(1))], answers);
    }

    [Fact]
    public async Task Lock_and_quit_ends_the_server_with_the_last_transfer()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await peer.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        await peer.AskAsync("{\"command\":\"recv\",\"max_archive\":1}", Items.List(Items.HandedOut(1)));
        await peer.AskAsync("{\"command\":\"lock\",\"locked\":2}", "{\"command\": \"lock\"}");
        await server.SettleAsync();
        Assert.False(server.Server.Completion.IsCompleted);
        await peer.AskAsync(Items.Done(1), "{\"command\": \"done\"}");
        await server.Server.Completion.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("{\"command\":\"nothing\"}")]
    [InlineData("{}")]
    [InlineData("{\"command\":5}")]
    [InlineData("[\"command\"]")]
    [InlineData("garbage")]
    [InlineData("{\"command\":\"recv\",\"max_bytes\":\"1\"}")]
    [InlineData("{\"command\":\"recv\",\"a\":[[[[[[[[[1]]]]]]]]]}")]
    [InlineData("{\"command\":\"ehlo\",\"id\":\"\\ud800\"}")]
    [InlineData("{\"command\":\"lock\",\"locked\":99999999999999999999}")]
    public async Task What_is_no_request_ends_the_connection_without_an_answer(string message)
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer peer = await server.GreetAsync("n0");
        await peer.SendAsync("{\"command\":\"lock\",\"locked\":0}" + message + "{\"command\":\"status\"}");
        await peer.ExpectAsync("{\"command\": \"lock\"}");
        await peer.ExpectEndAsync();
        await server.WhenAsync(core => core.FindAgent("n0") is { IsConnected: false });
    }

    [Fact]
    public async Task Status_has_what_is_not_zero()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer client = await server.ConnectAsync();
        await client.AskAsync(
            "{\"command\":\"status\"}", $"{{\"command\": \"status\", \"clients_connected\": 1, \"clients\": [{{\"client_id\": \"{client.Name}\", \"status\": \"init\"}}]}}");
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(1), Items.Restore(2), Items.Remove(3), Items.Archive(4, archiveId: 2)), "{\"command\": \"queue\", \"enqueued\": 4}");
        await agent.AskAsync("{\"command\":\"recv\",\"max_restore\":0,\"max_remove\":0}", Items.List(Items.HandedOut(1)));
        await client.AskAsync("{\"command\":\"lock\",\"locked\":1}", "{\"command\": \"lock\"}");
        await client.AskAsync(
            "{\"command\":\"status\",\"verbose\":4}",
            "{\"command\": \"status\", \"running_archive\": 1, \"pending_restore\": 1, \"pending_archive\": 1, \"pending_remove\": 1, \"clients_connected\": 2, \"locked\": 1, "
            + $"\"clients\": [{{\"client_id\": \"{client.Name}\", \"status\": \"init\"}}, {{\"client_id\": \"n0\", \"current_archive\": 1, \"status\": \"ready\"}}]}}");
    }

    [Fact]
    public async Task Status_lists_requests_from_debug_on()
    {
        await using var server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(1, "a"), Items.Restore(2, "b\\u0000")), "{\"command\": \"queue\", \"enqueued\": 2}");
        await agent.AskAsync("{\"command\":\"recv\",\"max_restore\":0}", Items.List(Items.HandedOut(1, data: "a")));
        static string Entry(int number, string data) => $"{{\"hai_fid\": {{\"f_seq\": 8589935617, \"f_oid\": {number}, \"f_ver\": 0}}, \"hai_cookie\": {number}, \"hai_data\": \"{data}\"}}";
        await agent.AskAsync(
            "{\"command\":\"status\",\"verbose\":6}",
            "{\"command\": \"status\", \"running_archive\": 1, \"pending_restore\": 1, \"clients_connected\": 1, \"clients\": [{\"client_id\": \"n0\", \"current_archive\": 1, "
            + $"\"status\": \"ready\", \"active_requests\": [{Entry(1, "a")}], \"waiting_restore\": [], \"waiting_remove\": [], \"waiting_archive\": [], \"cancels\": []}}], "
            + $"\"waiting_restore\": [{Entry(2, "b\\u0000")}], \"waiting_remove\": [], \"waiting_archive\": []}}");
    }
}
