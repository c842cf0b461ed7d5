using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Tests.Core;
using Weir.Lustre;
using static Weir.Coordinator.Tests.Core.Bench;

namespace Weir.Coordinator.Tests.Scheduling;

/// <summary>A list has one archive id and one set of flags, those of its first request. What has others is given its turn.</summary>
public sealed class StarvationTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 0)]
    public void What_no_list_begins_with_begins_every_fourth(uint archive, ulong flags)
    {
        var bench = new Bench();
        Agent agent = bench.Attach("a");
        HsmRequest[] rare = [.. Enumerable.Range(0, 3).Select(_ => bench.Queue(HsmAction.Archive, archive: archive, flags: flags))];
        var begun = new List<ulong>();
        for (int list = 0; list < 12; list++)
        {
            bench.Queue(HsmAction.Restore);
            HsmRequest[] handed = bench.Receive(agent, max: 1);
            begun.Add(handed[0].Action == HsmAction.Restore ? 0 : handed[0].Cookie);
            foreach (HsmRequest item in handed) bench.Done(agent, item);
        }

        Assert.Equal([0, 0, 0, rare[0].Cookie, 0, 0, 0, rare[1].Cookie, 0, 0, 0, rare[2].Cookie], begun);
    }

    [Fact]
    public void A_list_that_begins_out_of_turn_has_its_restores_all_the_same()
    {
        var bench = new Bench();
        Agent agent = bench.Attach("a");
        HsmRequest[] rare = [.. Enumerable.Range(0, 2).Select(_ => bench.Queue(HsmAction.Archive, flags: 4))];
        for (int list = 0; list < 3; list++)
        {
            bench.Queue(HsmAction.Restore);
            Assert.Equal(HsmAction.Restore, Assert.Single(bench.Receive(agent)).Action);
        }

        bench.Queue(HsmAction.Restore);
        HsmRequest wanted = bench.Queue(HsmAction.Restore, flags: 4);
        Assert.Equal(Cookies([rare[0], wanted, rare[1]]), Cookies(bench.Receive(agent)));
    }

    [Fact]
    public void What_goes_along_resets_nothing_that_waits_with_other_flags()
    {
        var bench = new Bench();
        Agent agent = bench.Attach("a");
        HsmRequest rare = bench.Queue(HsmAction.Archive, flags: 4);
        for (int list = 0; list < 3; list++)
        {
            bench.Queue(HsmAction.Restore);
            bench.Queue(HsmAction.Archive);
            Assert.Equal([HsmAction.Restore, HsmAction.Archive], bench.Receive(agent).Select(item => item.Action));
        }

        bench.Queue(HsmAction.Restore);
        Assert.Equal(Cookies([rare]), Cookies(bench.Receive(agent)));
    }

    [Fact]
    public void Lists_without_room_for_a_kind_do_not_count()
    {
        var bench = new Bench();
        Agent agent = bench.Attach("a");
        bench.Queue(HsmAction.Archive, flags: 4);
        for (int list = 0; list < 10; list++)
        {
            bench.Queue(HsmAction.Restore);
            bench.Core.Receive(agent, new(MaxArchive: 0));
            Assert.Equal(HsmAction.Restore, Assert.Single(bench.Handed(agent)).Action);
        }

        Assert.All(agent.Sources, source => Assert.Equal(0, source.PassedOver));
    }

    [Fact]
    public void A_batch_slot_whose_archives_have_other_flags_gets_its_turn()
    {
        var bench = new Bench(CoordinatorOptions.Default with { Batches = new() { Idle = TimeSpan.FromSeconds(60), SlotsPerAgent = 2 } });
        Agent agent = bench.Attach("a");
        bench.Archives(40, "tag=a");
        HsmRequest[] rare = [.. Enumerable.Range(0, 2).Select(_ => bench.Queue(HsmAction.Archive, "tag=b", flags: 4))];
        var handed = new List<HsmRequest>();
        for (int list = 0; list < 8; list++)
        {
            HsmRequest[] items = bench.Receive(agent, max: 2);
            foreach (HsmRequest item in items) bench.Done(agent, item);
            handed.AddRange(items);
        }

        Assert.Equal(Cookies(rare), Cookies(handed.Where(item => item.Flags == 4)));
    }

    [Fact]
    public void A_request_that_no_list_of_an_agent_has_room_for_holds_up_no_other()
    {
        var bench = new Bench();
        Agent small = bench.Attach("small");
        HsmRequest large = bench.Queue(HsmAction.Archive, new string('x', 4000));
        HsmRequest[] others = bench.Archives(2);
        Assert.Equal(Cookies(others), Cookies(bench.Receive(small, bytes: 1000)));
        Assert.Empty(bench.Receive(small, bytes: 1000));
        Assert.Contains(bench.Core.Explain(large.Key)!.Reasons, reason => reason.Contains("takes lists of 1000 bytes", StringComparison.Ordinal));
        Assert.Equal(Cookies([large]), Cookies(bench.Receive(bench.Attach("large"))));
    }

    /// <summary>
    /// The bounds that docs/coordinator.md states, while restores without end begin every list: what is next of a kind is passed over by five lists at
    /// most; and between two requests of a share of weight v, at most ⌈w/v⌉ + 1 + 2·MaxLead·w of a share of weight w are handed out, whatever the flags.
    /// </summary>
    [Theory, MemberData(nameof(Seeds))]
    public void Neither_flags_nor_archive_ids_make_anybody_wait_for_ever(int seed)
    {
        var random = new Random(seed);
        int users = random.Next(2, 6);
        int lead = random.Next(1, 5);
        int most = random.Next(1, 6);
        int archives = random.Next(1, 3);
        ulong[] flags = [0, .. Enumerable.Range(0, random.Next(1, 4)).Select(bit => 1UL << bit)];
        int[] weights = [.. Enumerable.Range(0, users).Select(_ => random.Next(1, 4))];
        var bench = new Bench(CoordinatorOptions.Default with
        {
            MaxLead = lead,
            DefaultClass = SchedulingClass.Default with { FairBy = FairBy.Uid, Weights = Enumerable.Range(0, users).ToDictionary(user => $"{user}", user => weights[user]) },
        });
        Agent agent = bench.Attach("a");
        var waiting = new Dictionary<(uint Archive, int User), HashSet<RequestKey>>();
        var passed = new Dictionary<(uint Archive, int Waits, int Served), int>();
        int[] usual = [.. Enumerable.Range(0, users).Select(_ => random.Next(flags.Length))];
        for (int step = 0; step < 2000; step++)
        {
            bench.Queue(HsmAction.Restore);
            if (random.Next(2) == 0) bench.Queue(HsmAction.Remove, flags: flags[random.Next(flags.Length)]);
            for (int i = random.Next(4); i > 0; i--)
            {
                int user = random.Next(users);
                uint archive = (uint)random.Next(1, archives + 1);
                HsmRequest queued = bench.Queue(HsmAction.Archive, archive: archive, flags: flags[random.Next(4) == 0 ? random.Next(flags.Length) : usual[user]], uid: (uint)user);
                if (!waiting.TryGetValue((archive, user), out HashSet<RequestKey>? keys)) waiting.Add((archive, user), keys = []);
                if (keys.Count == 0) Restart(archive, user);
                keys.Add(queued.Key);
            }

            HsmRequest[] handed = bench.Receive(agent, max: most);
            Assert.NotEmpty(handed);
            foreach (HsmRequest item in handed)
            {
                bench.Done(agent, item);
                if (item.Action == HsmAction.Archive) Served(item, step);
            }

            // A source that has nothing left is never overdue; every other is next within the bound.
            Assert.All(agent.Sources, source => Assert.True(source.PassedOver <= CoordinatorCore.MostPassedOver + 2, $"Seed {seed}, step {step}: {source.Kind} was passed over {source.PassedOver} times."));
        }

        void Served(HsmRequest item, int step)
        {
            int served = (int)item.Owner.Uid;
            for (int other = 0; other < users; other++)
            {
                if (other == served || !waiting.TryGetValue((item.ArchiveId, other), out HashSet<RequestKey>? theirs) || theirs.Count == 0) continue;
                int count = passed[(item.ArchiveId, other, served)] = passed.GetValueOrDefault((item.ArchiveId, other, served)) + 1;
                int bound = ((weights[served] + weights[other] - 1) / weights[other]) + 1 + (2 * lead * weights[served]);
                Assert.True(count <= bound, $"Seed {seed}, step {step}: share {other} (weight {weights[other]}) saw {count} of share {served} (weight {weights[served]}), at most {bound} are said.");
            }

            Restart(item.ArchiveId, served);
            Assert.True(waiting[(item.ArchiveId, served)].Remove(item.Key));
        }

        void Restart(uint archive, int user)
        {
            for (int other = 0; other < users; other++) passed[(archive, user, other)] = 0;
        }
    }
}
