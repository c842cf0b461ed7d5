using System.Text;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;
using static Weir.Coordinator.Tests.Core.Bench;

namespace Weir.Coordinator.Tests.Core;

public sealed class AgentTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void An_id_has_one_live_agent()
    {
        Agent agent = _bench.Attach("a");
        Assert.Equal(AttachOutcome.IdInUse, _bench.Core.Attach(new() { Id = "a" }, out Agent? second));
        Assert.Null(second);
        _bench.Core.Detach(agent);
        Assert.Same(agent, _bench.Attach("a"));
    }

    [Fact]
    public void What_an_agent_that_comes_back_names_stays_its_own_and_the_rest_is_handed_out_anew()
    {
        HsmRequest[] requests = _bench.Archives(3);
        Agent agent = _bench.Attach("a");
        Assert.Equal(3, _bench.Receive(agent).Length);
        _bench.Core.Detach(agent);
        HsmRequest unknown = _bench.Make(HsmAction.Restore);
        Assert.Same(agent, _bench.Attach(new AgentHello { Id = "a" }, requests[1], unknown));
        Assert.Equal((1, 1), (agent.Running.Archive, agent.Running.Restore));
        Assert.Equal(2, _bench.Core.Queued.Archive);
        Assert.Equal(Cookies([requests[0], requests[2]]), Cookies(_bench.Receive(agent)));
    }

    [Fact]
    public void Without_a_list_everything_is_handed_out_anew()
    {
        _bench.Archives(2);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        _bench.Core.Detach(agent);
        _bench.Attach("a");
        Assert.Equal((0, 2), (agent.Running.Total, _bench.Core.Queued.Archive));
    }

    [Fact]
    public void Work_waits_for_its_agent_until_the_grace_time_is_over()
    {
        HsmRequest[] requests = _bench.Archives(2);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        _bench.Core.Detach(agent);
        Agent other = _bench.Attach("b");
        Assert.Empty(_bench.Receive(other));
        Assert.Equal(TimeSpan.FromSeconds(600), _bench.Core.NextDeadline());
        _bench.Advance(599.999);
        Assert.Empty(_bench.Handed(other));
        _bench.Advance(0.001);
        Assert.Equal(Cookies(requests), Cookies(_bench.Handed(other)));
        Assert.Null(_bench.Core.FindAgent("a"));
    }

    [Fact]
    public void An_agent_without_an_id_of_its_own_loses_its_work_at_once()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Agent agent = _bench.Attach(new AgentHello { Id = "10.0.0.1:40000", CanReconnect = false });
        _bench.Receive(agent);
        _bench.Core.Detach(agent);
        Assert.Equal(Cookies([request]), Cookies(_bench.Receive(_bench.Attach("b"))));
    }

    [Fact]
    public void Who_comes_back_after_the_grace_time_does_not_take_what_another_runs_nor_gets_it_again()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Agent first = _bench.Attach("a");
        _bench.Receive(first);
        _bench.Core.Detach(first);
        _bench.Advance(600);
        Agent second = _bench.Attach("b");
        _bench.Receive(second);
        first = _bench.Attach(new AgentHello { Id = "a" }, request);
        Assert.Equal((0, 1), (first.Running.Archive, second.Running.Archive));
        _bench.Core.Detach(second);
        _bench.Advance(600);
        Assert.Equal((1, 0), (first.Running.Archive, _bench.Core.Queued.Archive));
        Assert.Empty(_bench.Receive(first));
        Assert.Equal(DoneOutcome.Ended, _bench.Core.End(first, request.Key, 0));
        Assert.Equal((0, 0), (_bench.Core.Count, _bench.Core.Queued.Total));
    }

    [Fact]
    public void What_waits_anew_and_is_run_by_who_comes_back_is_taken_from_the_queue()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Agent first = _bench.Attach("a");
        _bench.Receive(first);
        _bench.Core.Detach(first);
        _bench.Advance(600);
        first = _bench.Attach(new AgentHello { Id = "a" }, request);
        Assert.Equal((1, 0), (first.Running.Archive, _bench.Core.Queued.Archive));
    }

    [Fact]
    public void A_mapped_archive_waits_for_its_host_and_others_do_not_get_it()
    {
        var bench = new Bench(CoordinatorOptions.Default with
        {
            ClientGrace = TimeSpan.FromSeconds(5),
            HostMappings = [new("tag=n", ["a"]), new("tag=n1", ["b", "c"]), new("tag=n0", ["gone"])],
        });
        Agent a = bench.Attach("a");
        Agent b = bench.Attach("b");
        HsmRequest toA = bench.Queue(HsmAction.Archive, "tag=n2");
        HsmRequest[] toB = bench.Archives(5, "x,tag=n1");
        HsmRequest toNobody = bench.Queue(HsmAction.Archive, "tag=n0");
        Assert.Equal(Cookies([toA]), Cookies(bench.Receive(a)));
        Assert.Equal(Cookies(toB), Cookies(bench.Receive(b)));
        for (int i = 0; i < 5; i++) bench.Advance(5);
        Assert.Equal("gone", bench.Core.Explain(toNobody.Key)!.AgentId);
        Assert.Equal(1, bench.Core.Queued.Archive);
        Assert.Equal(Cookies([toNobody]), Cookies(bench.Receive(bench.Attach("gone"))));
    }

    [Fact]
    public void Work_of_a_lost_host_goes_to_another_of_its_mapping()
    {
        var bench = new Bench(CoordinatorOptions.Default with { ClientGrace = TimeSpan.FromSeconds(5), HostMappings = [new("n1", ["a", "b"])] });
        Agent a = bench.Attach("a");
        HsmRequest[] requests = bench.Archives(4, "n1");
        Assert.Equal(2, bench.Receive(a, max: 2).Length);
        bench.Core.Detach(a);
        Agent b = bench.Attach("b");
        Assert.Empty(bench.Receive(b));
        bench.Advance(5);
        Assert.Equal(Cookies(requests).Order(), Cookies(bench.Handed(b)).Order());
    }

    [Fact]
    public void A_consistent_mapping_puts_equal_values_on_one_host_and_rewrites_them_to_groups()
    {
        string[] hosts = ["a", "b", "c"];
        var bench = new Bench(CoordinatorOptions.Default with { HostMappings = [new("tag=", hosts) { IsConsistent = true, Groups = 10 }] });
        foreach (string host in hosts) bench.Attach(host);
        for (int i = 0; i < 30; i++)
        {
            string value = $"value{i}";
            ulong group = Hints.Djb2(Encoding.UTF8.GetBytes(value)) % 10;
            string host = hosts[(int)(Hints.Djb2(Encoding.UTF8.GetBytes($"{group}")) % 3)];
            RequestExplanation? placed = bench.Core.Explain(bench.Queue(HsmAction.Archive, $"x=1,tag={value},y=2").Key);
            Assert.Equal(host, placed!.AgentId);
        }

        string[] kept = [.. bench.Core.Agents.SelectMany(agent => bench.Core.Waiting(agent, HsmAction.Archive)).Select(item => Encoding.UTF8.GetString(item.Data.Span))];
        Assert.Equal(30, kept.Length);
        Assert.All(kept, data => Assert.Matches("^x=1,tag=[0-9],y=2$", data));
    }

    [Fact]
    public void A_hint_within_a_value_is_no_hint()
    {
        var bench = new Bench(CoordinatorOptions.Default with { HostMappings = [new("tag=", ["a"]) { IsConsistent = true }] });
        Assert.Null(bench.Core.Explain(bench.Queue(HsmAction.Archive, "mytag=x").Key)!.AgentId);
        Assert.Equal("a", bench.Core.Explain(bench.Queue(HsmAction.Archive, "mytag=x,tag=y").Key)!.AgentId);
        Assert.Null(bench.Core.Explain(bench.Queue(HsmAction.Restore, "tag=y").Key)!.AgentId);
    }

    [Fact]
    public void Data_that_is_no_text_goes_to_who_takes_it_or_is_refused_after_the_grace_time()
    {
        HsmRequest raw = _bench.Make(HsmAction.Restore);
        raw = new() { Action = raw.Action, Fid = raw.Fid, DataFid = raw.DataFid, Cookie = raw.Cookie, ArchiveId = 1, Data = new byte[] { 0xff, 0xfe } };
        Assert.Equal(QueueOutcome.Added, _bench.Core.Queue(raw, RequestOrigin.Lustre));
        Assert.Empty(_bench.Receive(_bench.Attach("a")));
        Agent capable = _bench.Attach(new AgentHello { Id = "b", TakesRawData = true });
        _bench.Advance(600);
        Assert.Empty(_bench.Effects<LustreAnswer>());
        _bench.Core.Detach(capable);
        _bench.Advance(600);
        LustreAnswer answer = Assert.Single(_bench.Effects<LustreAnswer>());
        Assert.Equal((raw.Cookie, 84), (answer.Request.Cookie, answer.Errno));
        Assert.Contains(_bench.Events, text => text.StartsWith("REFUSED ", StringComparison.Ordinal));
        Assert.Equal(0, _bench.Core.Count);
    }

    [Fact]
    public void Data_that_is_no_text_is_handed_to_who_takes_it()
    {
        HsmRequest made = _bench.Make(HsmAction.Restore);
        var raw = new HsmRequest { Action = made.Action, Fid = made.Fid, DataFid = made.DataFid, Cookie = made.Cookie, ArchiveId = 1, Data = new byte[] { 0xff } };
        _bench.Core.Queue(raw, RequestOrigin.Lustre);
        Agent capable = _bench.Attach(new AgentHello { Id = "b", TakesRawData = true });
        Assert.Equal([0xff], Assert.Single(_bench.Receive(capable)).Data.ToArray());
    }
}
