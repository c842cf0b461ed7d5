using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Feed.Log;
using Weir.Lab.Coordinators;
using Weir.Lab.Disks;
using Weir.Lab.Mdt;
using Weir.Lab.Tests.Mdt;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Lab.Tests.Coordinators;

public sealed class LabCoordinatorTests
{
    private static readonly MdtClusterOptions Options = MdtClusterOptions.Default with
    {
        MdtCount = 2,
        FailOversPerHour = 0,
        ActiveRequestTimeout = TimeSpan.FromDays(31),
        CancelProbability = 0.1,
    };

    [Fact]
    public void A_request_that_was_handed_over_is_started_until_it_is_reported_on()
    {
        using var directory = new LabDirectory();
        var cluster = new MdtCluster(directory.Path, Options);
        var copytool = new Collector();
        cluster.HandTo(copytool);
        cluster.Advance(TimeSpan.FromMinutes(5));
        HsmRequest[] taken = [.. copytool.Taken];
        Assert.NotEmpty(taken);
        Assert.All(cluster.Mdts.SelectMany(mdt => mdt.Actions).Where(action => !action.IsCancel), action => Assert.False(action.Status.IsFinal() && action.Status != HsmStatus.Canceled));
        Assert.True(cluster.Report(taken[0].Key, 0));
        Assert.False(cluster.Report(taken[0].Key, 0));
        Assert.True(cluster.Report(taken[1].Key, 5));
        Assert.Equal((1, 1), (cluster.Counts.Succeeded, cluster.Counts.Failed));
        Assert.DoesNotContain(taken[0].Key, cluster.Mdts.SelectMany(mdt => mdt.Active).Select(active => active.Key));
    }

    [Fact]
    public async Task Agents_of_several_speeds_carry_out_what_the_mdts_want()
    {
        using var directory = new LabDirectory();
        var cluster = new MdtCluster(directory.Path, Options);
        var time = new ManualTimeProvider(cluster.Now);
        SimulatedAgent[] agents =
        [
            new("fast", new() { MeanRunTime = TimeSpan.FromSeconds(1), MaxOfEach = 20 }, 1),
            new("slow", new() { MeanRunTime = TimeSpan.FromSeconds(8), MaxOfEach = 4, DisconnectProbability = 0.02, CrashProbability = 0.01 }, 2),
        ];
        var lab = new LabCoordinator(cluster, time, new() { Seed = 1, ClientGrace = TimeSpan.FromSeconds(20) }, JournalOptions.Default, agents);
        await using var engine = new LogEngine(new() { Directory = "/feed", Disk = new SimulatedDisk(), Time = time });
        await lab.StartAsync(engine);
        for (int second = 0; second < 300; second++) await lab.StepAsync();
        Assert.Empty(lab.Violations);
        Assert.True(cluster.Counts.Succeeded > 300, $"{cluster.Counts.Succeeded} succeeded");
        Assert.True(lab.Core!.FindAgent("fast")!.Done.Total > lab.Core.Done.Total / 2);
        Assert.InRange(cluster.Counts.Requests - cluster.Counts.Succeeded - cluster.Counts.Failed - cluster.Counts.Canceled, 0, 300);
    }

    private sealed class Collector : ICopytool
    {
        public List<HsmRequest> Taken { get; } = [];

        public void Take(HsmRequest request) => Taken.Add(request);

        public void Cancel(RequestKey key) { }
    }
}
