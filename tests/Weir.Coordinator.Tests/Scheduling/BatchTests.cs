using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Tests.Core;
using Weir.Lustre;
using static Weir.Coordinator.Tests.Core.Bench;

namespace Weir.Coordinator.Tests.Scheduling;

public sealed class BatchTests
{
    [Fact]
    public void One_slot_serves_one_hint_until_it_is_idle()
    {
        Bench bench = Start(idle: 5, max: 0, slots: 1);
        Agent agent = bench.Attach("a");
        HsmRequest[] first = bench.Archives(3, "tag=a");
        HsmRequest[] second = bench.Archives(2, "tag=b");
        Assert.Equal(Cookies(first[..2]), Cookies(bench.Receive(agent, max: 2)));
        foreach (HsmRequest request in first[..2]) bench.Done(agent, request);
        Assert.Equal(Cookies([first[2]]), Cookies(bench.Receive(agent, max: 2)));
        bench.Done(agent, first[2]);
        Assert.Empty(bench.Receive(agent, max: 2));
        bench.Advance(4.9);
        Assert.Empty(bench.Handed(agent));
        bench.Advance(0.1);
        Assert.Equal(Cookies(second), Cookies(bench.Handed(agent)));
    }

    [Fact]
    public void A_slot_that_works_is_given_up_when_its_time_is_over()
    {
        Bench bench = Start(idle: 5, max: 10, slots: 1);
        Agent agent = bench.Attach("a");
        HsmRequest[] first = bench.Archives(20, "tag=a");
        HsmRequest other = bench.Queue(HsmAction.Archive, "tag=b");
        for (int second = 0; second < 9; second++)
        {
            HsmRequest next = Assert.Single(bench.Receive(agent, max: 1));
            Assert.Equal(first[second].Cookie, next.Cookie);
            bench.Advance(1);
            bench.Done(agent, next);
        }

        bench.Advance(1);
        Assert.Equal(other.Cookie, Assert.Single(bench.Receive(agent, max: 1)).Cookie);
        bench.Done(agent, other);
        bench.Advance(5);
        Assert.Equal(first[9].Cookie, Assert.Single(bench.Receive(agent, max: 1)).Cookie);
    }

    [Fact]
    public void Slots_are_taken_over_the_agents_first()
    {
        Bench bench = Start(idle: 5, max: 0, slots: 2);
        Agent[] agents = [bench.Attach("a"), bench.Attach("b")];
        foreach (string tag in (string[])["1", "2", "3", "4", "5", "1"]) bench.Queue(HsmAction.Archive, tag);
        Assert.Equal(["1", "3"], bench.Core.Batches(agents[0]).Select(slot => System.Text.Encoding.UTF8.GetString(slot.Hint.Span)));
        Assert.Equal(["2", "4"], bench.Core.Batches(agents[1]).Select(slot => System.Text.Encoding.UTF8.GetString(slot.Hint.Span)));
        Assert.Equal([2, 1], bench.Core.Batches(agents[0]).Select(slot => slot.Waiting));
        Assert.Single(bench.Core.Waiting(HsmAction.Archive));
    }

    [Fact]
    public void A_slot_holds_its_part_of_the_agents_limit()
    {
        Bench bench = Start(idle: 5, max: 0, slots: 2);
        Agent agent = bench.Attach("a");
        bench.Archives(10, "tag=a");
        Assert.Equal(3, bench.Receive(agent, max: 5).Length);
        HsmRequest[] others = bench.Archives(10, "tag=b");
        Assert.Equal(Cookies(others[..2]), Cookies(bench.Receive(agent, max: 5)));
    }

    [Fact]
    public void Restores_and_removes_know_no_slots()
    {
        Bench bench = Start(idle: 5, max: 0, slots: 1);
        Agent agent = bench.Attach("a");
        bench.Archives(1, "tag=a");
        HsmRequest restore = bench.Queue(HsmAction.Restore, "tag=b");
        HsmRequest remove = bench.Queue(HsmAction.Remove, "tag=c");
        Assert.Equal([HsmAction.Restore, HsmAction.Remove, HsmAction.Archive], bench.Receive(agent).Select(item => item.Action));
        Assert.Equal(Cookies([restore, remove]), Cookies([restore, remove]));
    }

    [Fact]
    public void What_waits_in_a_lost_agents_slots_goes_to_others()
    {
        Bench bench = Start(idle: 5, max: 0, slots: 1);
        Agent agent = bench.Attach("a");
        HsmRequest[] requests = bench.Archives(4, "tag=a");
        Assert.Equal(2, bench.Receive(agent, max: 2).Length);
        bench.Core.Detach(agent);
        Agent other = bench.Attach("b");
        bench.Receive(other);
        bench.Advance(600);
        Assert.Equal(Cookies(requests).Order(), Cookies(bench.Handed(other)).Order());
        Assert.Equal((0, 4), (bench.Core.Queued.Archive, other.Running.Archive));
    }

    [Fact]
    public void An_agent_that_comes_back_has_its_slot_still()
    {
        Bench bench = Start(idle: 5, max: 0, slots: 1);
        Agent agent = bench.Attach("a");
        HsmRequest[] requests = bench.Archives(2, "tag=a");
        bench.Receive(agent, max: 1);
        bench.Core.Detach(agent);
        bench.Attach(new AgentHello { Id = "a" }, requests[0]);
        BatchStatus slot = Assert.Single(bench.Core.Batches(agent));
        Assert.Equal((1, 1), (slot.Running, slot.Waiting));
    }

    private static Bench Start(double idle, double max, int slots) => new(CoordinatorOptions.Default with
    {
        Batches = new() { Idle = TimeSpan.FromSeconds(idle), Max = TimeSpan.FromSeconds(max), SlotsPerAgent = slots },
    });
}
