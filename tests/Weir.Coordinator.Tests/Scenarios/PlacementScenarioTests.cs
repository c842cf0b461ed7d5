using System.Globalization;
using System.Text;
using Weir.Coordinator.Requests;
using Weir.Lab.Coordinators;

namespace Weir.Coordinator.Tests.Scenarios;

/// <summary>The original's tests of where archives go, in the laboratory.</summary>
public sealed class PlacementScenarioTests
{
    private const int Grace = 5;

    /// <summary>One agent stops for good, another is started again: the first one's work moves when its grace time is over, the second's comes back to it.</summary>
    [Fact]
    public async Task Work_of_a_stopped_agent_moves_to_its_tags_other_host_and_that_of_a_restarted_one_returns()
    {
        SimulatedAgent n1 = LabSite.Agent("n1", runSeconds: 4), n2 = LabSite.Agent("n2", runSeconds: 4), n3 = LabSite.Agent("n3", runSeconds: 4);
        using var site = new LabSite(
            new() { ClientGrace = TimeSpan.FromSeconds(Grace), HostMappings = [new("tag=n0", ["n0"]), new("tag=n1", ["n1", "n2"]), new("tag=n2", ["n3"])] }, n1, n2, n3);
        await site.StartAsync();
        n2.IsStopped = true;
        await site.RunAsync(2);
        RequestKey[] forNobody = site.Ask(20, data: "tag=n0"), forTwo = site.Ask(20, data: "tag=n1"), forThree = site.Ask(20, data: "tag=n2");
        await site.RunUntilAsync(() => n1.Running.Count == 3 && n3.Running.Count == 3, "both have three");
        RequestKey[] lost = [.. n1.Running];

        // The second one is there from now on; what waits is the first one's, until that is gone for the grace time.
        n2.IsStopped = false;
        await site.RunAsync(1);
        n1.IsStopped = true;
        n3.IsStopped = true;
        await site.RunAsync(1);
        int stoppedAt = site.Second;
        n3.IsStopped = false;
        await site.RunUntilAsync(() => site.EndedBy(forTwo).Length + site.EndedBy(forThree).Length == 40, "all that has an agent is archived");
        Assert.All(site.Given.Where(given => lost.Contains(given.Request.Key) && given.Agent == "n2"), given => Assert.True(given.Second >= stoppedAt + Grace, $"handed out in second {given.Second}, stopped at {stoppedAt}"));
        Assert.Equal(lost.Order(Comparer<RequestKey>.Create((a, b) => a.Cookie.CompareTo(b.Cookie))), site.Given.Where(given => lost.Contains(given.Request.Key) && given.Agent == "n2").Select(given => given.Request.Key).OrderBy(key => key.Cookie));
        Assert.All(site.EndedBy(forThree), agent => Assert.Equal("n3", agent));
        await site.RunAsync(600);
        Assert.Empty(site.EndedBy(forNobody));
        Assert.Equal(20, site.Core.Queued.Archive);
    }

    /// <summary>With N groups the value itself is replaced by its hash modulo N, and that is hashed again for the host.</summary>
    [Theory]
    [InlineData(0UL)]
    [InlineData(10UL)]
    public async Task The_hash_of_a_tag_decides_on_its_host_and_waits_for_it(ulong groups)
    {
        string[] hosts = ["n0", "n1"];
        SimulatedAgent n0 = LabSite.Agent("n0"), n1 = LabSite.Agent("n1");
        using var site = new LabSite(new() { HostMappings = [new("tag=", hosts) { IsConsistent = true, Groups = groups }] }, n0, n1);
        n1.IsStopped = true;
        await site.StartAsync();
        var asked = new Dictionary<RequestKey, (string Value, string Host)>();
        for (int tag = 0; tag < 20; tag++)
        {
            string value = groups == 0 ? $"t{tag}" : (Hash($"t{tag}") % groups).ToString(CultureInfo.InvariantCulture);
            string host = hosts[Hash(value) % 2];
            foreach (RequestKey key in site.Ask(5, data: $"a=1,tag=t{tag},z")) asked.Add(key, (value, host));
        }

        int here = asked.Values.Count(place => place.Host == "n0");
        Assert.InRange(here, 1, 99);
        await site.RunUntilAsync(() => site.Ends.Count == here, "one host's are archived");
        await site.RunAsync(120);
        Assert.Equal(here, site.Ends.Count);
        n1.IsStopped = false;
        await site.RunUntilAsync(() => site.Ends.Count == 100, "the other's, too");
        Assert.All(site.Given, given => Assert.Equal((asked[given.Request.Key].Host, $"a=1,tag={asked[given.Request.Key].Value},z"), (given.Agent, LabSite.TextOf(given.Request))));
    }

    /// <summary>Archives with equal data go to one slot one after another; with as many slots in all as here, two tags are at it at a time.</summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task Batches_keep_to_their_slots(int movers, int slots)
    {
        const int Idle = 4;
        SimulatedAgent[] agents = [.. Enumerable.Range(0, movers).Select(number => LabSite.Agent($"n{number}", limit: 4))];
        using var site = new LabSite(new() { Batches = new() { Idle = TimeSpan.FromSeconds(Idle), SlotsPerAgent = slots } }, agents);
        await site.StartAsync();
        await site.RunAsync(2);
        string[] tags = ["a", "b", "c", "d", "e"];
        var asked = new Dictionary<RequestKey, string>();
        for (int round = 0; round < 3; round++)
        {
            foreach (string tag in tags) asked.Add(site.Ask(1, data: $"tag={tag}")[0], tag);
        }

        int start = site.Second;
        await site.RunUntilAsync(() => site.Ends.Count == asked.Count, "everything is archived");
        var spans = tags.Select(tag =>
        {
            var given = site.Given.Where(one => asked[one.Request.Key] == tag).ToArray();
            Assert.Single(given.Select(one => one.Agent).Distinct());
            return (Tag: tag, First: given.Min(one => one.Second), Last: given.Max(one => one.Second));
        }).OrderBy(span => span.First).ToArray();

        // Two begin at once; none of the others before nothing was handed out from a slot for as long as it is kept.
        Assert.Equal(asked.Count, site.Given.Count);
        Assert.Equal(["a", "b"], spans.Take(2).Select(span => span.Tag).Order());
        Assert.True(spans[1].First <= start + 2, $"{spans[1].First} after {start}");
        for (int third = 2; third < spans.Length; third++)
        {
            int ended = spans.Count(span => span.Last + Idle <= spans[third].First);
            Assert.True(third - ended < 2, $"tag {spans[third].Tag} was begun in second {spans[third].First} although two slots were kept: {string.Join(", ", spans)}");
        }
    }

    private static ulong Hash(string text)
    {
        ulong hash = 5381;
        foreach (byte one in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash * 33) + (ulong)(sbyte)one);
        return hash;
    }
}
