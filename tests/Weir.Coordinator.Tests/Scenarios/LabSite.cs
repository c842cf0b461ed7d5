using System.Text;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Feed.Log;
using Weir.Lab.Coordinators;
using Weir.Lab.Disks;
using Weir.Lab.Mdt;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Scenarios;

/// <summary>The laboratory as a small site: one MDT that asks for what it is told to, agents that do three of a kind at once, and a coordinator on a simulated disk.</summary>
internal sealed class LabSite : IDisposable
{
    private readonly string _files = Directory.CreateTempSubdirectory("weir-site-").FullName;
    private readonly SimulatedDisk _disk = new(1);
    private readonly ManualTimeProvider _time;
    private SimulatedProcess _process = null!;

    /// <param name="options">How the coordinator decides.</param>
    /// <param name="agents">Who is there, by id.</param>
    public LabSite(CoordinatorOptions options, params SimulatedAgent[] agents)
    {
        Cluster = new(_files, MdtClusterOptions.Default.WithCleanFiles() with
        {
            MdtCount = 1,
            HostCount = 1,
            ArrivalsPerSecond = 1e-9,
            FailOversPerHour = 0,
            CancelProbability = 0,
            HastyDeletionProbability = 0,
            ActiveRequestTimeout = TimeSpan.FromDays(31),
            MaxRequests = 10_000,
        });
        _time = new(Cluster.Now);
        Lab = new(Cluster, _time, options, JournalOptions.Default, agents) { HandingOut = (agent, request) => Given.Add((Second, agent.Id, request with { Data = request.Data.ToArray() })) };
        Lab.Ended = (agent, key, errno) => Ends.Add((Second, agent?.Id, key, errno));
    }

    public MdtCluster Cluster { get; }

    public LabCoordinator Lab { get; }

    /// <summary>Seconds since the beginning.</summary>
    public int Second { get; private set; }

    /// <summary>What agents were given, when, and who.</summary>
    public List<(int Second, string Agent, HsmRequest Request)> Given { get; } = [];

    /// <summary>What became of requests.</summary>
    public List<(int Second, string? Agent, RequestKey Key, int Errno)> Ends { get; } = [];

    public CoordinatorCore Core => Lab.Core!;

    public static SimulatedAgent Agent(string id, int limit = 3, double runSeconds = 1) =>
        new(id, new() { MaxOfEach = limit, MeanRunTime = TimeSpan.FromSeconds(runSeconds), FailureProbability = 0 }, seed: id.GetHashCode(StringComparison.Ordinal) & 0);

    public static string TextOf(HsmRequest request) => Encoding.UTF8.GetString(request.Data.Span);

    /// <summary>A user asks for so many of a kind.</summary>
    public RequestKey[] Ask(int count, HsmAction action = HsmAction.Archive, string data = "", uint archiveId = 1) =>
        [.. Enumerable.Range(0, count).Select(_ => Cluster.Mdts[0].Ask(action, archiveId, Encoding.UTF8.GetBytes(data)))];

    public async Task StartAsync()
    {
        _process = _disk.StartProcess("coordinator");
        await Lab.StartAsync(new LogEngine(new() { Directory = "/feed", Disk = _process, Time = _time }));
    }

    /// <summary>As after kill -9, and started again.</summary>
    public async Task RestartAsync()
    {
        Lab.Kill();
        _process.Kill();
        _disk.PowerOn();
        await StartAsync();
    }

    public async Task RunAsync(int seconds)
    {
        for (; seconds > 0; seconds--)
        {
            Second++;
            await Lab.StepAsync();
            Assert.True(Lab.Violations.Count == 0, string.Join(' ', Lab.Violations));
        }
    }

    /// <summary>Lets time pass until something holds; fails after an hour of it.</summary>
    public async Task RunUntilAsync(Func<bool> condition, string what)
    {
        for (int second = 0; second < 3600; second++)
        {
            if (condition()) return;
            await RunAsync(1);
        }

        Assert.Fail($"In an hour it did not come to this: {what}");
    }

    /// <summary>Who ended the requests that were asked for with this data.</summary>
    public string?[] EndedBy(IEnumerable<RequestKey> keys)
    {
        HashSet<RequestKey> wanted = [.. keys];
        return [.. Ends.Where(end => wanted.Contains(end.Key)).Select(end => end.Agent)];
    }

    public void Dispose() => Directory.Delete(_files, recursive: true);
}
