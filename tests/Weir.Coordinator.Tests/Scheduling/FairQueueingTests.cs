using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Tests.Core;
using Weir.Lustre;
using static Weir.Coordinator.Tests.Core.Bench;

namespace Weir.Coordinator.Tests.Scheduling;

public sealed class FairQueueingTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Fact]
    public void A_small_user_does_not_wait_for_a_big_one()
    {
        Bench bench = Start(FairBy.Uid, []);
        Agent agent = bench.Attach("a");
        bench.Archives(1000, uid: 1);
        HsmRequest[] small = bench.Archives(3, uid: 2);
        Assert.Equal(3, bench.Receive(agent, max: 7).Count(item => item.Owner.Uid == 2));
        Assert.Equal(3, small.Length);
    }

    [Fact]
    public void Shares_follow_the_weights()
    {
        Bench bench = Start(FairBy.Uid, new() { ["1"] = 3 });
        Agent agent = bench.Attach("a");
        bench.Archives(100, uid: 2);
        bench.Archives(100, uid: 1);
        HsmRequest[] handed = bench.Receive(agent, max: 80);
        Assert.InRange(handed.Count(item => item.Owner.Uid == 1), 59, 61);
    }

    [Fact]
    public void Shares_go_by_the_tags_value()
    {
        Bench bench = Start(FairBy.Tag, new() { ["x"] = 2 });
        Agent agent = bench.Attach("a");
        bench.Archives(60, "a=1,tag=y");
        bench.Archives(30, "tag=x,b=2");
        bench.Archives(30, "tag=x,b=3");
        Assert.InRange(bench.Receive(agent, max: 30).Count(item => System.Text.Encoding.UTF8.GetString(item.Data.Span).StartsWith("tag=x", StringComparison.Ordinal)), 19, 21);
    }

    /// <summary>
    /// The bound that docs/coordinator.md states: while a share has work waiting, between two of its requests at most ⌈w/v⌉ + 1 of another share with
    /// weight w are handed out, where v is its own. Shares come and go, requests are cancelled and come back on the way.
    /// </summary>
    [Theory, MemberData(nameof(Seeds))]
    public void No_share_waits_longer_than_the_bound(int seed)
    {
        var random = new Random(seed);
        int users = random.Next(2, 8);
        int[] weights = [.. Enumerable.Range(0, users).Select(_ => random.Next(1, 10))];
        Bench bench = Start(FairBy.Uid, Enumerable.Range(0, users).ToDictionary(user => $"{user}", user => weights[user]));
        Agent agent = bench.Attach("a");
        var waiting = Enumerable.Range(0, users).Select(_ => new HashSet<RequestKey>()).ToArray();
        var since = new int[users, users];
        for (int step = 0; step < 3000; step++)
        {
            int user = random.Next(users);
            switch (random.Next(10))
            {
                case 0 when waiting[user].Count > 0:
                    RequestKey victim = waiting[user].First();
                    Assert.Equal(CancelOutcome.Dropped, bench.Core.Cancel(victim));
                    Left(user, victim);
                    break;
                case < 5:
                    for (int i = random.Next(1, 6); i > 0; i--)
                    {
                        if (waiting[user].Count == 0) Restart(user);
                        waiting[user].Add(bench.Queue(HsmAction.Archive, uid: (uint)user).Key);
                    }

                    break;
                default:
                    foreach (HsmRequest item in bench.Receive(agent, max: 1))
                    {
                        int served = (int)item.Owner.Uid;
                        for (int other = 0; other < users; other++)
                        {
                            if (other == served || waiting[other].Count == 0) continue;
                            int bound = ((weights[served] + weights[other] - 1) / weights[other]) + 1;
                            Assert.True(++since[other, served] <= bound, $"Seed {seed}, step {step}: share {other} (weight {weights[other]}) saw {since[other, served]} of share {served} (weight {weights[served]}).");
                        }

                        Restart(served);
                        Left(served, item.Key);
                        bench.Done(agent, item);
                    }

                    break;
            }

            // The agent must be able to ask again.
            if (agent.State == AgentState.Waiting)
            {
                user = random.Next(users);
                if (waiting[user].Count == 0) Restart(user);
                HsmRequest extra = bench.Queue(HsmAction.Archive, uid: (uint)user);
                HsmRequest handed = Assert.Single(bench.Handed(agent));
                Assert.Equal(extra.Key, handed.Key);
                bench.Done(agent, handed);
            }
        }

        void Restart(int user)
        {
            for (int other = 0; other < users; other++) since[user, other] = 0;
        }

        void Left(int user, RequestKey key) => Assert.True(waiting[user].Remove(key));
    }

    [Fact]
    public void Archive_ids_take_turns_and_one_that_nobody_served_has_no_claim()
    {
        Bench bench = Start(FairBy.Uid, []);
        Agent one = bench.Attach("one", 1);
        bench.Archives(50, archive: 2, uid: 7);
        bench.Archives(50, archive: 1, uid: 8);
        for (int i = 0; i < 30; i++) bench.Done(one, Assert.Single(bench.Receive(one, max: 1)));
        Agent both = bench.Attach("both");
        uint[] served = new uint[10];
        for (int i = 0; i < served.Length; i++)
        {
            HsmRequest item = Assert.Single(bench.Receive(both, max: 1));
            served[i] = item.ArchiveId;
            bench.Done(both, item);
        }

        Assert.InRange(served.Count(archive => archive == 1), 4, 6);
    }

    [Fact]
    public void A_blocking_restore_comes_before_a_bulk_one_of_any_age()
    {
        var bench = new Bench(CoordinatorOptions.Default with { Classes = [new() { Name = "interactive", Actions = [HsmAction.Restore], Blocking = true }] });
        bench.Queue(HsmAction.Restore);
        HsmRequest blocking = bench.Queue(HsmAction.Restore, flags: 4);
        Assert.Equal(Cookies([blocking]), Cookies(bench.Receive(bench.Attach("a"))));
        Assert.Equal("interactive", bench.Core.Explain(blocking.Key)!.Class);
    }

    private static Bench Start(FairBy by, Dictionary<string, int> weights) => new(CoordinatorOptions.Default with
    {
        DefaultClass = SchedulingClass.Default with { FairBy = by, Weights = weights },
    });
}
