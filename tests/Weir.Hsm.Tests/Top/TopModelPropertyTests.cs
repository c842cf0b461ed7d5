using Weir.Hsm.Live;
using Weir.Hsm.Top;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Top;

/// <summary>What is kept while events come in against a walk over all live actions.</summary>
public sealed class TopModelPropertyTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 30)];

    [Theory, MemberData(nameof(Seeds))]
    public void Frames_say_what_a_walk_over_everything_says(int seed)
    {
        var random = new Random(seed);
        var rig = new TopRig();
        int records = 1 << random.Next(3, 9);
        string[] mdts = ["elm-MDT0000", "elm-MDT0001"];
        var before = new Dictionary<(string, string, string), long>();
        for (int frame = 0; frame < 30; frame++)
        {
            for (int i = random.Next(300); i >= 0; i--) Step(rig, random, records, mdts);
            var query = new TopQuery { StuckAfter = TimeSpan.FromMinutes(random.Next(1, 90)), NamedActions = 4 };
            TopFrame shown = rig.Frame(query);
            string at = $"seed {seed}, frame {frame}";

            List<LiveAction> live = Walk(rig.Model.Live);
            var counts = live.GroupBy(action => (action.Mdt, action.ActionText, action.StatusText)).ToDictionary(group => group.Key, group => group.LongCount());
            Assert.True(live.Count == shown.Totals.Live && live.Count == shown.AllLive, at);
            Assert.Equal(Lines(counts), Lines(shown.Rows.Where(row => row.Count != 0).ToDictionary(row => (row.Mdt!, row.Action!, row.Status!), row => row.Count)));
            foreach (TopRow row in shown.Rows)
            {
                var key = (row.Mdt!, row.Action!, row.Status!);
                long expected = frame == 0 ? 0 : counts.GetValueOrDefault(key) - before.GetValueOrDefault(key);
                Assert.True(row.Difference == expected, $"{at}: {key} differs by {row.Difference}, not {expected}");
                Assert.Equal(row.Count, row.Trend[^1]);
            }

            CheckAges(shown, live, query, at);
            before = counts;
        }
    }

    private static void CheckAges(TopFrame shown, List<LiveAction> live, TopQuery query, string at)
    {
        // Stuck is told by whole minutes.
        long limit = (shown.Time - query.StuckAfter).ToUnixTimeSeconds() / 60;
        List<long> stuck = [.. live.Where(action => action.Status == HsmStatus.Started && action.StatusSince.ToUnixTimeSeconds() / 60 <= limit)
            .Select(action => action.StatusSince.ToUnixTimeSeconds()).Order()];
        Assert.True(stuck.Count == shown.Totals.Stuck, $"{at}: {shown.Totals.Stuck} stuck, not {stuck.Count}");
        Assert.Equal(Math.Min(stuck.Count, query.NamedActions), shown.Stuck.Count);
        List<long> waiting = [.. live.Where(action => action.Status == HsmStatus.Waiting).Select(action => action.StatusSince.ToUnixTimeSeconds()).Order()];
        Assert.Equal(Math.Min(waiting.Count, query.NamedActions), shown.OldestWaiting.Count);

        // Of very many in one minute some are looked at, so the last named may be up to a minute younger than the truly next.
        foreach ((AgedAction named, long since) in shown.OldestWaiting.Zip(waiting))
            Assert.True(named.Since.ToUnixTimeSeconds() / 60 <= (since / 60) + 1, at);
        Assert.Equal(shown.OldestWaiting.OrderBy(action => action.Since), shown.OldestWaiting);
    }

    private static void Step(TopRig rig, Random random, int records, string[] mdts)
    {
        string mdt = mdts[random.Next(mdts.Length)];
        uint record = (uint)random.Next(records);
        var action = (HsmAction)(1 + (record % 5));
        switch (random.Next(10))
        {
            case 0:
                rig.Time.Advance(TimeSpan.FromSeconds(random.Next(600)));
                break;
            case 1 or 2:
                rig.Purge(record, (HsmStatus)random.Next(1, 6), action, mdt);
                break;
            case 3:
                rig.Heartbeat(record, mdt);
                break;
            case 4:
                rig.Tell(record, (HsmStatus)random.Next(1, 6), action, mdt, since: rig.Now - random.Next(7200));
                break;
            default:
                rig.Tell(record, (HsmStatus)random.Next(1, 6), action, mdt, archive: (uint)random.Next(3));
                break;
        }
    }

    private static List<LiveAction> Walk(LiveActions live)
    {
        var found = new List<LiveAction>();
        foreach (MdtActions mdt in live.Mdts)
        {
            foreach (LiveAction action in mdt) found.Add(action);
        }

        return found;
    }

    private static IEnumerable<string> Lines(Dictionary<(string, string, string), long> counts) =>
        counts.Select(count => $"{count.Key}: {count.Value}").Order(StringComparer.Ordinal);
}
