using System.Text.Json;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Server;

/// <summary>Questions for which every request must be looked at, over a queue that takes many steps.</summary>
public sealed class LongAnswerTests
{
    private const int Requests = 30_000;

    [Fact]
    public async Task A_status_with_lists_has_every_request_once_and_what_was_asked_behind_it_is_answered_behind_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await QueueAsync(server);
        await using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync("{\"command\":\"status\",\"verbose\":6}{\"command\":\"lock\",\"locked\":9}{\"command\":\"status\",\"verbose\":6}{\"command\":\"why\",\"hai_cookie\":17}{\"command\":\"lock\",\"locked\":0}");
        Check(await peer.ReadAsync());
        await peer.ExpectAsync("{\"command\": \"lock\", \"status\": -22, \"error\": \"invalid locked value\"}");
        Check(await peer.ReadAsync());
        Assert.StartsWith("{\"command\": \"why\", \"requests\": [{\"hai_cookie\": 17,", await peer.ReadAsync(), StringComparison.Ordinal);
        await peer.ExpectAsync("{\"command\": \"lock\"}");
    }

    [Fact]
    public async Task Others_are_served_while_a_long_answer_is_gathered()
    {
        await using TestServer server = await TestServer.StartAsync();
        await QueueAsync(server);
        await using RawPeer curious = await server.ConnectAsync();
        await using RawPeer agent = await server.GreetAsync("n0");

        // The core itself is held, so that both have come when it goes on: the list is gathered in many steps, and the agent's turn comes between.
        using var gate = new ManualResetEventSlim();
        Task held = server.Server.CallAsync(_ => gate.Wait(TestContext.Current.CancellationToken));
        for (int i = 0; i < 3; i++) await curious.SendAsync("{\"command\":\"status\",\"verbose\":6}");
        await agent.SendAsync("{\"command\":\"recv\",\"max_archive\":5}");
        gate.Set();
        await held;
        Assert.Contains("hsm_action_list", await agent.ReadAsync(), StringComparison.Ordinal);
        for (int i = 0; i < 3; i++) Check(await curious.ReadAsync());
    }

    [Fact]
    public async Task Who_asks_and_leaves_does_no_harm()
    {
        await using TestServer server = await TestServer.StartAsync();
        await QueueAsync(server);
        for (int i = 0; i < 20; i++)
        {
            await using RawPeer peer = await server.ConnectAsync();
            await peer.SendAsync("{\"command\":\"status\",\"verbose\":6}{\"command\":\"why\",\"hai_cookie\":17}garbage");
        }

        await using RawPeer last = await server.ConnectAsync();
        await last.SendAsync("{\"command\":\"status\",\"verbose\":6}");
        Check(await last.ReadAsync());
    }

    [Fact]
    public async Task Lists_say_where_requests_are()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.SendAsync(Items.Queue(Items.Archive(1), Items.Archive(2), Items.Restore(3), Items.Remove(4)));
        await agent.ExpectAsync("{\"command\": \"queue\", \"enqueued\": 4}");
        await agent.SendAsync("{\"command\":\"recv\",\"max_archive\":1,\"max_restore\":0,\"max_remove\":0}");
        await agent.ReadAsync();
        await server.Server.CancelAsync(new RequestKey(1, new(8589935617, 1, 0)));
        await agent.SendAsync("{\"command\":\"status\",\"verbose\":6}");
        using JsonDocument status = JsonDocument.Parse(await agent.ReadAsync());
        JsonElement client = status.RootElement.GetProperty("clients")[0];
        Assert.Equal([1], Cookies(client.GetProperty("active_requests")));
        Assert.Equal([1], Cookies(client.GetProperty("cancels")));
        Assert.Empty(Cookies(client.GetProperty("waiting_archive")));
        Assert.Equal([2], Cookies(status.RootElement.GetProperty("waiting_archive")));
        Assert.Equal([3], Cookies(status.RootElement.GetProperty("waiting_restore")));
        Assert.Equal([4], Cookies(status.RootElement.GetProperty("waiting_remove")));
        Assert.False(status.RootElement.TryGetProperty("lists_truncated", out _));
    }

    private static void Check(string answer)
    {
        using JsonDocument status = JsonDocument.Parse(answer);
        IEnumerable<long> listed = Cookies(status.RootElement.GetProperty("waiting_archive"));
        foreach (JsonElement client in status.RootElement.GetProperty("clients").EnumerateArray().Where(client => client.TryGetProperty("active_requests", out _)))
            listed = listed.Concat(Cookies(client.GetProperty("active_requests")));
        Assert.Equal(Enumerable.Range(1, Requests).Select(number => (long)number), listed.Order());
    }

    private static IEnumerable<long> Cookies(JsonElement list) => list.EnumerateArray().Select(request => request.GetProperty("hai_cookie").GetInt64());

    private static Task QueueAsync(TestServer server) => server.Server.QueueAsync(
        [.. Enumerable.Range(1, Requests).Select(number => new HsmRequest { Action = HsmAction.Archive, Fid = new(8589935617, (uint)number, 0), DataFid = new(8589935617, (uint)number, 0), Cookie = (ulong)number, ArchiveId = 1 })],
        RequestOrigin.Queue);
}
