using System.Net;
using System.Net.Sockets;
using Weir.Coordinator.Server;

namespace Weir.Coordinator.Tests.Server;

/// <summary>Peers that do what none should, and clocks that do; the others notice nothing.</summary>
public sealed class BadInputTests
{
    private const string Recv = "{\"command\":\"recv\"}";
    private const string Done = "{\"command\": \"done\"}";

    [Fact]
    public async Task Half_a_message_holds_nobody_else_up()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer slow = await server.ConnectAsync();
        await slow.SendAsync("{\"command\":\"queue\",\"hsm_action_items\":[" + Items.Archive(1)[..40]);
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await agent.AskAsync(Recv, Items.List(Items.HandedOut(2)));
        await agent.AskAsync(Items.Done(2), Done);
        await slow.AskAsync(Items.Archive(1)[40..] + "]}", "{\"command\": \"queue\", \"enqueued\": 1}");
    }

    [Theory]
    [InlineData("{\"command\":\"ehlo\",\"id\":\"")]
    [InlineData("{\"command\":\"queue\",\"hsm_action_items\":[{\"hai_data\":\"")]
    public async Task A_gigabyte_of_a_string_is_not_waited_for(string start)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(start);
        byte[] part = new byte[1 << 20];
        part.AsSpan().Fill((byte)'a');
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (int sent = 0; sent < 1024; sent++) await peer.SendAsync(part);
        });
        await agent.AskAsync(Items.Done(9), Done);
        Assert.Equal(1, server.Server.Metrics.RefusedCount);
    }

    [Theory]
    [InlineData("\0{\"command\":\"status\"}")]
    [InlineData("{\"command\":\"ehlo\",\"id\":\"a\0b\"}")]
    [InlineData("{\"command\":\"status\\u0000\"}")]
    [InlineData("{\"command\":\"queue\",\"hsm_action_items\":[{\"hai_data\":\"\\ud834\"}]}")]
    [InlineData("{\"command\":\"queue\",\"hsm_action_items\":[{\"hai_data\":\"\\udd1e\\ud834\"}]}")]
    [InlineData("{\"command\":\"ehlo\",\"hai_list\":[[[[[[[[[]]]]]]]]]}")]
    public async Task What_is_no_text_ends_the_connection_and_no_other(string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.SendAsync(Recv);
        await using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(message);
        await peer.ExpectEndAsync();
        await agent.AskAsync(Items.Done(9), Done);
    }

    [Fact]
    public async Task Who_says_that_another_s_work_is_done_ends_it_once_and_gains_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await using RawPeer other = await server.GreetAsync("n1");
        await agent.AskAsync(Items.Queue(Items.Archive(1), Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        await agent.AskAsync("{\"command\":\"recv\",\"max_archive\":1}", Items.List(Items.HandedOut(1)));
        await agent.SendAsync("{\"command\":\"recv\",\"max_archive\":1}");
        await other.AskAsync(Items.Done(1), Done);
        await agent.ExpectAsync(Items.List(Items.HandedOut(2)));
        await agent.AskAsync(Items.Done(1), Done);
        await agent.AskAsync(
            "{\"command\":\"status\"}",
            "{\"command\": \"status\", \"running_archive\": 1, \"done_archive\": 1, \"clients_connected\": 2, \"clients\": [{\"client_id\": \"n0\", \"current_archive\": 1, "
            + "\"done_archive\": 1, \"status\": \"ready\"}, {\"client_id\": \"n1\", \"status\": \"ready\"}]}");
    }

    [Fact]
    public async Task Who_stops_sending_has_its_answers_and_its_id_is_free_again()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.SendAsync("{\"command\":\"lock\",\"locked\":0}" + Recv);
        agent.EndSending();
        await agent.ExpectAsync("{\"command\": \"lock\"}");
        await agent.ExpectEndAsync();
        await server.WhenAsync(core => core.FindAgent("n0") is not { IsConnected: true });
        await using RawPeer again = await server.GreetAsync("n0");
    }

    [Fact]
    public async Task The_kernel_gives_up_on_peers_that_are_silent_or_take_no_answers()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        using Socket accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        PeerSocket.Configure(accepted);
        Assert.Equal(1, accepted.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(30, accepted.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.True(accepted.NoDelay);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "TCP_USER_TIMEOUT is Linux's.");
        byte[] milliseconds = new byte[sizeof(int)];
        accepted.GetRawSocketOption(6, 18, milliseconds);
        Assert.Equal(60_000, BitConverter.ToInt32(milliseconds));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task A_wall_clock_that_jumps_ends_no_grace_time_and_changes_no_order(int days)
    {
        await using TestServer server = await TestServer.StartAsync();
        RawPeer gone = await server.GreetAsync("n0");
        await gone.AskAsync(Items.Queue(Items.Archive(1)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await gone.AskAsync(Recv, Items.List(Items.HandedOut(1)));
        await gone.DisposeAsync();
        await server.WhenAsync(core => core.FindAgent("n0") is { IsConnected: false });

        await using RawPeer other = await server.GreetAsync("n1");
        await other.AskAsync(Items.Queue(Items.Archive(2)), "{\"command\": \"queue\", \"enqueued\": 1}");
        server.Time.StepWallClock(TimeSpan.FromDays(days));
        await other.AskAsync(Items.Queue(Items.Archive(3)), "{\"command\": \"queue\", \"enqueued\": 1}");
        await other.AskAsync(Recv, Items.List(Items.HandedOut(2), Items.HandedOut(3)));
        await other.SendAsync(Recv);
        await server.AdvanceAsync(TimeSpan.FromSeconds(599));
        await other.AskAsync(Items.Done(2) + Items.Done(3), Done);
        await other.ExpectAsync(Done);
        await server.AdvanceAsync(TimeSpan.FromSeconds(2));
        await other.ExpectAsync(Items.List(Items.HandedOut(1)));
    }
}
