using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Tests.Core;
using Weir.Lustre;
using static Weir.Coordinator.Tests.Core.Bench;

namespace Weir.Coordinator.Tests.Scheduling;

public sealed class BeyondTests
{
    [Fact]
    public void An_archive_ids_rate_is_kept()
    {
        var bench = new Bench(CoordinatorOptions.Default with { ArchiveRates = new Dictionary<uint, RateLimit> { [1] = new(2, 3) } });
        Agent agent = bench.Attach("a");
        bench.Archives(10);
        HsmRequest other = bench.Queue(HsmAction.Archive, archive: 2);
        Assert.Equal(3, bench.Receive(agent).Length);
        Assert.Equal(Cookies([other]), Cookies(bench.Receive(agent)));
        Assert.Empty(bench.Receive(agent));
        Assert.InRange(bench.Core.NextDeadline()!.Value.TotalSeconds, 0.49, 0.51);
        bench.Advance(0.4);
        Assert.Empty(bench.Handed(agent));
        bench.Advance(0.2);
        Assert.Single(bench.Handed(agent));
    }

    [Fact]
    public void An_agents_rate_is_kept()
    {
        var bench = new Bench(CoordinatorOptions.Default with { AgentRate = new(1, 2), AgentRates = new Dictionary<string, RateLimit> { ["fast"] = new(100, 50) } });
        bench.Archives(100);
        Assert.Equal(2, bench.Receive(bench.Attach("slow")).Length);
        Assert.Equal(49, bench.Receive(bench.Attach("fast")).Length);
    }

    [Fact]
    public void An_agent_that_leaves_work_unfinished_backs_off_ever_longer_until_it_finishes_some()
    {
        var bench = new Bench(CoordinatorOptions.Default with { BackOff = new() { First = TimeSpan.FromSeconds(2), Most = TimeSpan.FromSeconds(5) } });
        bench.Archives(1);
        double[] pauses = [0, 2, 4, 5, 5];
        foreach (double pause in pauses)
        {
            Agent agent = bench.Attach("a");
            Assert.Equal(pause == 0 ? 1 : 0, bench.Receive(agent).Length);
            if (pause > 0)
            {
                bench.Advance(pause - 0.001);
                Assert.Empty(bench.Handed(agent));
                bench.Advance(0.001);
                Assert.Single(bench.Handed(agent));
            }

            bench.Core.Detach(agent);
        }

        Agent last = bench.Attach("a");
        bench.Receive(last);
        bench.Advance(5);
        bench.Done(last, Assert.Single(bench.Handed(last)));
        bench.Archives(1);
        Assert.Single(bench.Receive(last));
        bench.Core.Detach(last);
        last = bench.Attach("a");
        Assert.Empty(bench.Receive(last));
        bench.Advance(2);
        Assert.Single(bench.Handed(last));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_comes_back_is_queued_behind_all_others_or_by_its_time(bool byTime)
    {
        var bench = new Bench(CoordinatorOptions.Default with { DefaultClass = SchedulingClass.Default with { RequeueByTime = byTime } });
        HsmRequest first = bench.Queue(HsmAction.Archive);
        bench.Advance(1);
        HsmRequest second = bench.Queue(HsmAction.Archive);
        Agent agent = bench.Attach(new AgentHello { Id = "a", CanReconnect = false });
        Assert.Equal(2, bench.Receive(agent).Length);
        bench.Advance(1);
        HsmRequest third = bench.Queue(HsmAction.Archive);
        bench.Core.Detach(agent);
        HsmRequest[] expected = byTime ? [first, second, third] : [third, first, second];
        Assert.Equal(Cookies(expected), Cookies(bench.Receive(bench.Attach("b"))));
    }

    [Fact]
    public void A_cancel_reaches_what_came_back_by_its_time()
    {
        var bench = new Bench(CoordinatorOptions.Default with { DefaultClass = SchedulingClass.Default with { RequeueByTime = true, FairBy = FairBy.Uid } });
        HsmRequest[] requests = bench.Archives(3, uid: 5);
        Agent agent = bench.Attach(new AgentHello { Id = "a", CanReconnect = false });
        bench.Receive(agent);
        bench.Core.Detach(agent);
        Assert.Equal(CancelOutcome.Dropped, bench.Core.Cancel(requests[0].Key));
        bench.Core.Queue(requests[0], RequestOrigin.Queue);
        Assert.Equal(Cookies([requests[1], requests[2], requests[0]]), Cookies(bench.Receive(bench.Attach("b"))));
    }

    [Fact]
    public void A_request_that_is_with_its_agent_for_too_long_is_reported_once()
    {
        var bench = new Bench(CoordinatorOptions.Default with { DefaultClass = SchedulingClass.Default with { StuckAfter = TimeSpan.FromMinutes(1) } });
        HsmRequest[] requests = bench.Archives(2);
        Agent agent = bench.Attach("a");
        bench.Receive(agent);
        bench.Advance(30);
        bench.Done(agent, requests[1]);
        bench.Advance(29.9);
        bench.Effects<Quit>();
        Assert.DoesNotContain(bench.Events, text => text.StartsWith("STUCK", StringComparison.Ordinal));
        bench.Advance(0.1);
        bench.Advance(60);
        bench.Effects<Quit>();
        Assert.Contains("\"agent\":\"a\",\"run_ms\":60000", Assert.Single(bench.Events, text => text.StartsWith("STUCK", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.True(bench.Core.Explain(requests[0].Key)!.IsStuck);
    }

    [Fact]
    public void Reports_tell_a_requests_life()
    {
        var bench = new Bench(CoordinatorOptions.Default with { Reporting = new() { Hint = "report", Interval = TimeSpan.FromSeconds(10) } });
        HsmRequest[] requests = [bench.Queue(HsmAction.Restore, "x=1,report=my-file_1"), bench.Queue(HsmAction.Restore, "report=my-file_1,x=2"), bench.Queue(HsmAction.Restore, "report=../evil")];
        bench.Advance(10);
        Agent agent = bench.Attach("a");
        bench.Receive(agent, max: 1);
        bench.Done(agent, requests[0], 5);
        bench.Core.Cancel(requests[1].Key);
        ReportLine[] lines = bench.Effects<ReportLine>();
        Assert.All(lines, line => Assert.Equal("my-file_1", line.FileName));
        Assert.Equal(
            [
                $"new {requests[0].Fid}", $"new {requests[1].Fid}", $"progress {requests[0].Fid} global_queue 1/3", $"progress {requests[1].Fid} global_queue 2/3",
                $"assign {requests[0].Fid} a", $"sent {requests[0].Fid} a", $"done {requests[0].Fid} 5", $"cancel {requests[1].Fid}",
            ],
            lines.Select(line => line.Line));
    }

    [Fact]
    public void It_is_explained_why_a_request_does_not_run()
    {
        var bench = new Bench();
        HsmRequest[] requests = bench.Archives(3);
        HsmRequest other = bench.Queue(HsmAction.Archive, archive: 9);
        Assert.Contains(Why(requests[0]), reason => reason.Contains("No connected agent serves archive id 1", StringComparison.Ordinal));
        Agent agent = bench.Attach("a", 1);
        Assert.Contains(Why(requests[0]), reason => reason.Contains("Agent a has not asked for work", StringComparison.Ordinal));
        bench.Receive(agent, max: 1);
        bench.Receive(agent, max: 1);
        Assert.Equal(["1 requests are before it.", "Agent a runs as many of the kind as it wants: 1 of 1."], Why(requests[2]));
        Assert.Equal(1, bench.Core.Explain(requests[2].Key)!.Ahead);
        Assert.Contains(Why(other), reason => reason.Contains("No connected agent serves archive id 9", StringComparison.Ordinal));
        bench.Core.SetLock(LockMode.Locked);
        Assert.Contains(Why(other), reason => reason.Contains("locked", StringComparison.Ordinal));
        Assert.Empty(Why(requests[0]));
        Assert.Equal(("running", "a"), (bench.Core.Explain(requests[0].Key)!.Place, bench.Core.Explain(requests[0].Key)!.AgentId));
        Assert.Null(bench.Core.Explain(new RequestKey(1, default)));
        Assert.Single(bench.Core.Explain(requests[2].Cookie));

        IReadOnlyList<string> Why(HsmRequest request) => bench.Core.Explain(request.Key)!.Reasons;
    }
}
