using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Lustre;
using static Weir.Coordinator.Tests.Core.Bench;

namespace Weir.Coordinator.Tests.Core;

public sealed class WorkTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void Restores_come_before_removes_and_removes_before_archives()
    {
        HsmRequest archive = _bench.Queue(HsmAction.Archive);
        HsmRequest remove = _bench.Queue(HsmAction.Remove);
        HsmRequest restore = _bench.Queue(HsmAction.Restore);
        Assert.Equal(Cookies([restore, remove, archive]), Cookies(_bench.Receive(_bench.Attach("a"))));
    }

    [Fact]
    public void A_key_that_is_known_is_skipped_queued_or_running()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Assert.Equal(QueueOutcome.Known, _bench.Core.Queue(request, RequestOrigin.Queue));
        Assert.Single(_bench.Receive(_bench.Attach("a")));
        Assert.Equal(QueueOutcome.Known, _bench.Core.Queue(request, RequestOrigin.Lustre));
        Assert.Equal((0, 1), (_bench.Core.Queued.Archive, _bench.Core.Running.Archive));
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Equal(QueueOutcome.Invalid, _bench.Core.Queue(_bench.Make(HsmAction.Cancel), RequestOrigin.Queue));
        Assert.Equal(QueueOutcome.Invalid, _bench.Core.Queue(_bench.Make(HsmAction.Archive, archive: 0), RequestOrigin.Queue));
        Assert.Equal(QueueOutcome.Invalid, _bench.Core.Queue(_bench.Make(HsmAction.Archive, new string('x', 65537)), RequestOrigin.Queue));
        Assert.Equal(0, _bench.Core.Count);
    }

    [Fact]
    public void Limits_of_requests_and_lanes_hold()
    {
        var bench = new Bench(CoordinatorOptions.Default with { MaxRequests = 3, MaxLanes = 2 });
        bench.Queue(HsmAction.Archive);
        bench.Queue(HsmAction.Archive, flags: 1);
        Assert.Equal(QueueOutcome.Full, bench.Core.Queue(bench.Make(HsmAction.Archive, flags: 2), RequestOrigin.Queue));
        bench.Queue(HsmAction.Archive);
        Assert.Equal(QueueOutcome.Full, bench.Core.Queue(bench.Make(HsmAction.Archive), RequestOrigin.Queue));
    }

    [Fact]
    public void An_agent_waits_until_there_is_work_and_is_ready_after_it()
    {
        Agent agent = _bench.Attach("a");
        Assert.Empty(_bench.Receive(agent));
        Assert.Equal(AgentState.Waiting, agent.State);
        Assert.Equal(ReceiveOutcome.NotReady, _bench.Core.Receive(agent, new()));
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Assert.Equal(Cookies([request]), Cookies(_bench.Handed(agent)));
        Assert.Equal(AgentState.Ready, agent.State);
    }

    [Fact]
    public void Limits_count_what_the_agent_already_runs()
    {
        HsmRequest[] requests = _bench.Archives(5);
        Agent agent = _bench.Attach("a");
        Assert.Equal(Cookies(requests[..2]), Cookies(_bench.Receive(agent, max: 2)));
        Assert.Empty(_bench.Receive(agent, max: 2));
        _bench.Done(agent, requests[0]);
        Assert.Equal(Cookies([requests[2]]), Cookies(_bench.Handed(agent)));
        Assert.Equal(2, agent.Running.Archive);
        Assert.Equal(1, agent.Done.Archive);
    }

    [Fact]
    public void A_limit_of_one_kind_leaves_the_others()
    {
        _bench.Archives(2);
        HsmRequest restore = _bench.Queue(HsmAction.Restore);
        Agent agent = _bench.Attach("a");
        _bench.Core.Receive(agent, new(MaxArchive: 0));
        Assert.Equal(Cookies([restore]), Cookies(_bench.Handed(agent)));
    }

    [Fact]
    public void Items_count_their_head_twice_against_the_buffer()
    {
        // 72 + align8(72 + 3) = 152 each: two in 304, one in 303.
        _bench.Archives(4, "abc");
        Agent agent = _bench.Attach("a");
        Assert.Equal(2, _bench.Receive(agent, bytes: 304).Length);
        Assert.Single(_bench.Receive(agent, bytes: 303));
        Assert.Equal(ReceiveOutcome.BufferTooSmall, _bench.Core.Receive(agent, new(MaxBytes: 171)));
        Assert.Equal(ReceiveOutcome.Waiting, _bench.Core.Receive(agent, new(MaxBytes: 172)));
    }

    [Fact]
    public void The_buffer_is_the_only_bound_of_a_list()
    {
        _bench.Archives(7000);
        Assert.Equal(7000, _bench.Receive(_bench.Attach("a")).Length);
    }

    [Fact]
    public void A_list_has_one_archive_id_and_one_set_of_flags()
    {
        HsmRequest first = _bench.Queue(HsmAction.Archive, archive: 2, flags: 1);
        HsmRequest second = _bench.Queue(HsmAction.Archive, archive: 1);
        HsmRequest third = _bench.Queue(HsmAction.Archive, archive: 2, flags: 1);
        HsmRequest fourth = _bench.Queue(HsmAction.Archive, archive: 2);
        Agent agent = _bench.Attach("a");
        Assert.Equal(Cookies([first, third]), Cookies(_bench.Receive(agent)));
        Assert.Equal(Cookies([second]), Cookies(_bench.Receive(agent)));
        Assert.Equal(Cookies([fourth]), Cookies(_bench.Receive(agent)));
    }

    [Fact]
    public void An_agent_is_given_its_archive_ids_only()
    {
        _bench.Queue(HsmAction.Archive, archive: 1);
        HsmRequest wanted = _bench.Queue(HsmAction.Archive, archive: 3);
        Assert.Equal(Cookies([wanted]), Cookies(_bench.Receive(_bench.Attach("a", 2, 3))));
    }

    [Fact]
    public void Agents_share_what_waits_for_all()
    {
        Agent first = _bench.Attach("a");
        Agent second = _bench.Attach("b");
        _bench.Archives(10);
        Assert.Equal(5, _bench.Receive(first).Length);
        Assert.Equal(3, _bench.Receive(second).Length);
        Assert.Single(_bench.Receive(first));
    }

    [Fact]
    public void A_lock_stops_handing_out_and_lets_cancels_through()
    {
        HsmRequest[] requests = _bench.Archives(2);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent, max: 1);
        _bench.Core.SetLock(LockMode.Locked);
        Assert.Empty(_bench.Receive(agent));
        Assert.Equal(CancelOutcome.Forwarded, _bench.Core.Cancel(requests[0].Key));
        Assert.Equal(HsmAction.Cancel, Assert.Single(_bench.Handed(agent)).Action);
        Assert.Empty(_bench.Receive(agent));
        _bench.Core.SetLock(LockMode.Unlocked);
        Assert.Equal(Cookies([requests[1]]), Cookies(_bench.Handed(agent)));
    }

    [Fact]
    public void Lock_and_quit_ends_when_the_last_transfer_does()
    {
        HsmRequest[] requests = _bench.Archives(3);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent, max: 2);
        _bench.Core.SetLock(LockMode.LockedUntilQuit);
        _bench.Done(agent, requests[0]);
        Assert.Empty(_bench.Effects<Quit>());
        _bench.Done(agent, requests[1]);
        Assert.Single(_bench.Effects<Quit>());
        Assert.Empty(_bench.Effects<Quit>());
        Assert.Equal(1, _bench.Core.Queued.Archive);
    }

    [Fact]
    public void The_answer_of_a_waiting_agent_stands_before_what_is_added_after_its_done()
    {
        HsmRequest[] requests = _bench.Archives(2);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent, max: 1);
        _bench.Receive(agent, max: 1);
        _bench.Done(agent, requests[0]);
        _bench.Core.AddReply("c", "done");
        Effect[] effects = [.. _bench.Core.TakeTurn().Effects];
        Assert.IsType<HandOut>(effects[0]);
        Assert.Equal(new Reply("c", "done"), effects[1]);
    }
}
