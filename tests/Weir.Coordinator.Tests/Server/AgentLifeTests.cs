using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;

namespace Weir.Coordinator.Tests.Server;

/// <summary>Agents come, break, come back, and are given up: over the wire, with a clock that stands still.</summary>
public sealed class AgentLifeTests
{
    private const string All = "{\"command\":\"recv\"}";

    [Fact]
    public async Task Back_within_the_grace_time_an_agent_keeps_what_it_names_and_gets_the_rest_anew()
    {
        await using TestServer server = await TestServer.StartAsync();
        RawPeer first = await server.GreetAsync("n0");
        await first.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        await first.AskAsync(All, Items.List(Items.HandedOut(1), Items.HandedOut(2)));
        await first.DisposeAsync();
        await server.WhenAsync(core => core.FindAgent("n0") is { IsConnected: false });
        await server.AdvanceAsync(TimeSpan.FromMinutes(9));

        await using RawPeer second = await server.GreetAsync("n0", $",\"hai_list\":[{Items.Archive(2)},{{}},{Items.Archive(3)}]");
        await second.AskAsync(All, Items.List(Items.HandedOut(1)));
        await server.SettleAsync();
        Assert.Equal(3, server.Core.FindAgent("n0")!.Running.Archive);
    }

    [Fact]
    public async Task After_the_grace_time_its_work_goes_to_others()
    {
        await using TestServer server = await TestServer.StartAsync();
        RawPeer gone = await server.GreetAsync("n0");
        await gone.AskAsync(Items.Queue(Items.Archive(1)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await gone.AskAsync(All, Items.List(Items.HandedOut(1)));
        await gone.DisposeAsync();
        await server.WhenAsync(core => core.FindAgent("n0") is { IsConnected: false });

        await using RawPeer other = await server.GreetAsync("n1");
        await other.SendAsync(All);
        await server.AdvanceAsync(TimeSpan.FromSeconds(599));
        await other.AskAsync(Items.Done(99), "{\"command\": \"done\"}");
        await server.AdvanceAsync(TimeSpan.FromSeconds(2));
        await other.ExpectAsync(Items.List(Items.HandedOut(1)));
    }

    [Fact]
    public async Task The_work_of_one_without_an_id_goes_to_others_at_once()
    {
        await using TestServer server = await TestServer.StartAsync();
        RawPeer nameless = await server.ConnectAsync();
        await nameless.AskAsync("{\"command\":\"ehlo\"}", "{\"command\": \"ehlo\"}");
        await nameless.AskAsync(Items.Queue(Items.Archive(1)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await nameless.AskAsync(All, Items.List(Items.HandedOut(1)));
        await using RawPeer other = await server.GreetAsync("n1");
        await other.SendAsync(All);
        await nameless.DisposeAsync();
        await other.ExpectAsync(Items.List(Items.HandedOut(1)));
    }

    [Fact]
    public async Task A_cancel_comes_with_the_next_list()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(2, archiveId: 2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        await agent.AskAsync("{\"command\":\"recv\",\"max_archive\":1}", Items.List(Items.HandedOut(1)));
        await agent.SendAsync("{\"command\":\"recv\",\"max_archive\":1}");
        await server.Server.CancelAsync(new(1, new(8589935617, 1, 0)));
        Assert.Contains("\"hai_action\": 23", await agent.ReadAsync(), StringComparison.Ordinal);
        await server.Server.CancelAsync(new(2, new(8589935617, 2, 0)));
        Assert.Equal([(new RequestKey(2, new(8589935617, 2, 0)), 125)], server.Lustre.Ended);
    }

    [Fact]
    public async Task Data_that_is_no_text_goes_to_agents_that_take_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        string item = Items.Archive(1).Replace("\"hai_data\": \"\"", "\"hai_data_b64\": \"/wAB\"", StringComparison.Ordinal);
        await using RawPeer plain = await server.GreetAsync("n0");
        await plain.AskAsync(Items.Queue(item), "{\"command\": \"queue\", \"enqueued\": 1}");
        await plain.SendAsync(All);
        await plain.AskAsync(Items.Done(9), "{\"command\": \"done\"}");
        await using RawPeer able = await server.GreetAsync("n1", ",\"caps\":[\"data_b64\"]");
        await able.AskAsync(All, Items.List(item));
    }

    [Fact]
    public async Task Data_that_is_no_text_and_that_nobody_takes_is_refused_to_Lustre()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer plain = await server.GreetAsync("n0");
        await plain.AskAsync(
            Items.Queue(Items.Archive(1).Replace("\"hai_data\": \"\"", "\"hai_data_b64\": \"/wAB\"", StringComparison.Ordinal)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await server.AdvanceAsync(TimeSpan.FromSeconds(601));
        Assert.Equal([(new RequestKey(1, new(8589935617, 1, 0)), 84)], server.Lustre.Ended);
    }

    [Fact]
    public async Task Batches_hold_their_slot_until_they_are_idle()
    {
        CoordinatorOptions options = new() { Batches = new BatchOptions { Idle = TimeSpan.FromSeconds(5), SlotsPerAgent = 1 } };
        await using TestServer server = await TestServer.StartAsync(options);
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(1, "tag=a"), Items.Archive(2, "tag=b"), Items.Archive(3, "tag=a")), "{\"command\": \"queue\", \"enqueued\": 3}");
        await agent.AskAsync(All, Items.List(Items.HandedOut(1, data: "tag=a"), Items.HandedOut(3, data: "tag=a")));
        await agent.SendAsync(Items.Done(1) + Items.Done(3) + All);
        await agent.ExpectAsync("{\"command\": \"done\"}");
        await agent.ExpectAsync("{\"command\": \"done\"}");
        await server.AdvanceAsync(TimeSpan.FromSeconds(4));
        string status = "{\"command\":\"status\"}";
        await agent.SendAsync(status);
        Assert.Contains("\"batches\": [{\"hint\": \"tag=a\", \"expire_idle_s\": 1}]", await agent.ReadAsync(), StringComparison.Ordinal);
        await server.AdvanceAsync(TimeSpan.FromSeconds(2));
        await agent.ExpectAsync(Items.List(Items.HandedOut(2, data: "tag=b")));
    }

    [Fact]
    public async Task An_agent_of_the_library_tells_again_what_was_not_confirmed()
    {
        await using TestServer server = await TestServer.StartAsync();
        var work = new RecordedWork();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var relay = new Relay(server.Port);
        var agent = new CoordinatorAgent(
            new() { Server = new() { Host = "127.0.0.1", Port = relay.Port }, Id = "n0", FirstDelay = TimeSpan.FromMilliseconds(1), Random = new Random(1) }, work, NullLogger.Instance);
        Task running = agent.RunAsync(stop.Token);
        await using RawPeer client = await server.ConnectAsync();
        await client.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        await work.WhenAsync(2);

        // The end of the first reaches nobody, and the connection breaks.
        relay.Swallow();
        agent.Done(work.Started[0], 0);
        await relay.WhenSwallowedAsync();
        relay.Break();
        await server.WhenAsync(core => core.Done.Archive == 1 && core.Running.Archive == 1);
        agent.Done(work.Started[1], 0);
        await server.WhenAsync(core => core.Done.Archive == 2 && core.Count == 0);
        Assert.Equal(2, work.Started.Count);
        Assert.Equal(2, agent.ConnectionCount);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
