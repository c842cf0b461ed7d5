using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Lustre;
using static Weir.Coordinator.Tests.Core.Bench;

namespace Weir.Coordinator.Tests.Core;

public sealed class DoneAndCancelTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void A_key_that_nobody_knows_changes_nothing()
    {
        Agent agent = _bench.Attach("a");
        Assert.Equal(DoneOutcome.Unknown, _bench.Core.End(agent, _bench.Make(HsmAction.Archive).Key, 0));
        Assert.Equal(default, agent.Done);
    }

    [Theory]
    [InlineData(0x1_8000_0001UL, 0xffff_ffff_8000_0001UL)]
    [InlineData(0x1_8000_0001UL, 0x8000_0001UL)]
    [InlineData(0x8000_0001UL, 0xffff_ffff_8000_0001UL)]
    [InlineData(0x7_0000_0001UL, 0x1UL)]
    public void A_cookie_squeezed_through_32_bits_is_understood(ulong cookie, ulong sent)
    {
        HsmRequest request = With(_bench.Make(HsmAction.Archive), cookie);
        _bench.Core.Queue(request, RequestOrigin.Queue);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        Assert.Equal(DoneOutcome.Ended, _bench.Core.End(agent, new(sent, request.DataFid), 0));
        Assert.Equal(0, agent.Running.Total);
    }

    [Fact]
    public void A_squeezed_cookie_counts_only_for_what_the_sender_runs()
    {
        HsmRequest request = With(_bench.Make(HsmAction.Archive), 0x1_8000_0001);
        _bench.Core.Queue(request, RequestOrigin.Queue);
        _bench.Receive(_bench.Attach("a"));
        Agent other = _bench.Attach("b");
        RequestKey squeezed = new(0xffff_ffff_8000_0001, request.DataFid);
        Assert.Equal(DoneOutcome.Unknown, _bench.Core.End(other, squeezed, 0));
        Assert.Equal(DoneOutcome.Unknown, _bench.Core.End(null, squeezed, 0));
        Assert.Equal(1, _bench.Core.Running.Archive);
    }

    [Fact]
    public void A_done_by_another_frees_the_one_who_ran_it()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Agent owner = _bench.Attach("a");
        Agent other = _bench.Attach("b");
        _bench.Receive(owner);
        _bench.Done(other, request);
        Assert.Equal((0, 1, 0, 0), (owner.Running.Archive, owner.Done.Archive, other.Running.Archive, other.Done.Archive));
    }

    [Fact]
    public void A_key_is_not_handed_again_to_an_agent_that_may_still_run_it()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        _bench.Done(null, request);
        Assert.Equal(QueueOutcome.Added, _bench.Core.Queue(request, RequestOrigin.Queue));
        HsmRequest behind = _bench.Queue(HsmAction.Archive);
        Assert.Equal(Cookies([behind]), Cookies(_bench.Receive(agent)));
        Assert.Empty(_bench.Receive(agent));
        Agent other = _bench.Attach("b");
        Assert.Equal(Cookies([request]), Cookies(_bench.Receive(other)));
    }

    [Fact]
    public void Its_own_done_lets_an_agent_have_the_key_again()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        _bench.Done(null, request);
        Assert.Equal(DoneOutcome.Unknown, _bench.Core.End(agent, request.Key, 0));
        _bench.Core.Queue(request, RequestOrigin.Queue);
        Assert.Equal(Cookies([request]), Cookies(_bench.Receive(agent)));
    }

    [Fact]
    public void A_waiting_request_is_cancelled_at_once_and_lustre_is_told()
    {
        HsmRequest request = _bench.Queue(HsmAction.Archive);
        Assert.Equal(CancelOutcome.Dropped, _bench.Core.Cancel(request.Key));
        LustreAnswer answer = Assert.Single(_bench.Effects<LustreAnswer>());
        Assert.Equal((request.Cookie, 125), (answer.Request.Cookie, answer.Errno));
        Assert.Equal((0, 0, 1), (_bench.Core.Count, _bench.Core.Queued.Total, _bench.Core.CancelsDone));
        Assert.Equal(CancelOutcome.Unknown, _bench.Core.Cancel(request.Key));
        Assert.Empty(_bench.Effects<LustreAnswer>());
    }

    [Fact]
    public void A_running_request_is_cancelled_by_its_agent_first_thing()
    {
        HsmRequest[] requests = _bench.Archives(2);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent, max: 1);
        Assert.Equal(CancelOutcome.Forwarded, _bench.Core.Cancel(requests[0].Key));
        Assert.Equal(CancelOutcome.AlreadyCancelled, _bench.Core.Cancel(requests[0].Key));
        Assert.Equal((1, 1), (_bench.Core.CancelsPending, agent.PendingCancels));
        HsmRequest[] handed = _bench.Receive(agent);
        Assert.Equal([HsmAction.Cancel, HsmAction.Archive], handed.Select(item => item.Action));
        Assert.Equal(requests[0].Key, handed[0].Key);
        Assert.Equal((0, 2), (_bench.Core.CancelsPending, agent.Running.Archive));
        _bench.Done(agent, requests[0], 125);
        Assert.Equal((1, 1), (_bench.Core.CancelsDone, agent.Running.Archive));
        Assert.Empty(_bench.Effects<LustreAnswer>());
    }

    [Fact]
    public void A_cancel_goes_to_an_agent_that_waits_already()
    {
        HsmRequest request = _bench.Queue(HsmAction.Restore);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        _bench.Receive(agent);
        _bench.Core.Cancel(request.Key);
        Assert.Equal(HsmAction.Cancel, Assert.Single(_bench.Handed(agent)).Action);
    }

    [Fact]
    public void A_done_before_the_cancel_is_sent_takes_it_back()
    {
        HsmRequest request = _bench.Queue(HsmAction.Restore);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        _bench.Core.Cancel(request.Key);
        _bench.Done(agent, request);
        Assert.Equal((0, 0), (_bench.Core.CancelsPending, agent.PendingCancels));
        Assert.Empty(_bench.Receive(agent));
    }

    [Fact]
    public void A_cancelled_request_whose_agent_is_lost_ends_instead_of_being_handed_out_again()
    {
        HsmRequest request = _bench.Queue(HsmAction.Restore);
        Agent agent = _bench.Attach("a");
        _bench.Receive(agent);
        _bench.Core.Cancel(request.Key);
        _bench.Core.Detach(agent);
        Assert.Empty(_bench.Effects<LustreAnswer>());
        _bench.Advance(600);
        Assert.Equal(125, Assert.Single(_bench.Effects<LustreAnswer>()).Errno);
        Assert.Equal((0, 0), (_bench.Core.Count, _bench.Core.CancelsPending));
    }

    private static HsmRequest With(HsmRequest request, ulong cookie) => new()
    {
        Action = request.Action,
        Fid = request.Fid,
        DataFid = request.DataFid,
        Cookie = cookie,
        ArchiveId = request.ArchiveId,
    };
}
