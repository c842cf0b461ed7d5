using Weir.Coordinator.Importing;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Tests.Server;
using Weir.Lab.Coordinators;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Scenarios;

/// <summary>The original's tests of what a request carries, its data and its archive id, in the laboratory.</summary>
public sealed class DataScenarioTests
{
    private static readonly HsmAction[] Kinds = [HsmAction.Archive, HsmAction.Restore, HsmAction.Remove];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Data_and_archive_ids_reach_the_agent_also_through_a_restart(bool isRestarted)
    {
        SimulatedAgent n0 = LabSite.Agent("n0", limit: -1);
        using var site = new LabSite(new(), n0);
        n0.IsStopped = true;
        await site.StartAsync();
        var asked = new Dictionary<RequestKey, (string Data, uint Archive)>();
        foreach (HsmAction kind in Kinds)
        {
            foreach (string data in (string[])["", "tag=foo", "a much longer piece of data than what an MDT prints: ä€𝄞"])
            {
                for (uint archive = 1; archive <= 3; archive++) asked.Add(site.Ask(1, kind, data, archive)[0], (data, archive));
            }
        }

        await site.RunUntilAsync(() => site.Core.Count == asked.Count, "the coordinator has it all");
        if (isRestarted) await site.RestartAsync();
        n0.IsStopped = false;
        await site.RunUntilAsync(() => site.Ends.Count == asked.Count, "everything is done");
        Assert.Equal(asked.Count, site.Given.Count);
        Assert.All(site.Given, given => Assert.Equal(asked[given.Request.Key], (LabSite.TextOf(given.Request), given.Request.ArchiveId)));
        Assert.All(site.Ends, end => Assert.Equal(0, end.Errno));
    }

    /// <summary>An MDT's file has five bytes of the data, and the archive id.</summary>
    [Fact]
    public async Task By_an_mdts_text_five_bytes_of_the_data_come_and_every_archive_id()
    {
        using var site = new LabSite(new());
        await site.StartAsync();
        var asked = new Dictionary<RequestKey, uint>();
        for (uint archive = 1; archive <= 4; archive++)
        {
            foreach (RequestKey key in site.Ask(3, data: "tag=foo", archiveId: archive)) asked.Add(key, archive);
        }

        await site.RunUntilAsync(() => site.Core.Count == asked.Count, "the MDT has handed it all over");
        string path = Assert.Single(site.Cluster.WriteFiles(clean: true)).Path!;

        // Another coordinator, which has nothing but the file.
        await using TestServer server = await TestServer.StartAsync();
        await Leftovers.TakeInAsync(server.Server, path, server.Logger, TestContext.Current.CancellationToken);
        await using (var two = new Mover(server, "n2", -1, archiveIds: [2]))
        {
            await server.WhenAsync(core => core.Done.Archive == 3);
            Assert.All(two.Started, started => Assert.Equal((2u, "tag=f"), (asked[started.Key], started.Data)));
        }

        await using var rest = new Mover(server, "n0", -1);
        await server.WhenAsync(core => core.Done.Archive == asked.Count);
        Assert.Equal(9, rest.Started.Count);
        Assert.All(rest.Started, started => Assert.Equal("tag=f", started.Data));
    }

    [Fact]
    public async Task Ten_are_cancelled_wherever_they_are()
    {
        SimulatedAgent n0 = LabSite.Agent("n0", runSeconds: 30), n1 = LabSite.Agent("n1", runSeconds: 30);
        using var site = new LabSite(new() { ClientGrace = TimeSpan.FromSeconds(10) }, n0, n1);
        await site.StartAsync();
        RequestKey[] keys = site.Ask(10);
        await site.RunUntilAsync(() => n0.Running.Count == 3 && n1.Running.Count == 3, "both are at work");
        n1.IsStopped = true;
        await site.RunAsync(1);
        foreach (RequestKey key in keys) site.Cluster.Mdts[0].Cancel(key);
        await site.RunUntilAsync(() => site.Ends.Count == 10, "all have ended");
        Assert.All(site.Ends, end => Assert.Equal(125, end.Errno));
        Assert.Empty(site.Cluster.Mdts[0].Active);
        Assert.Equal(0, site.Core.Count);
        Assert.Equal(0, site.Core.CancelsPending);
        Assert.Equal(3, site.Given.Count(given => given.Request.Action == HsmAction.Cancel));
    }
}
