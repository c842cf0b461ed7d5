using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Tests.Core;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Journal;

/// <summary>What is read back, from a snapshot and what follows it or from the whole journal, is what was there: request by request.</summary>
public sealed class ReplayTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    public static TheoryData<int, bool> Seeds => [.. Enumerable.Range(1, LongRun.IsOn ? 1000 : 20).Select(seed => new TheoryDataRow<int, bool>(seed, seed % 2 == 0))];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Seeds))]
    public async Task Every_restart_finds_each_request_as_it_was(int seed, bool isTrimmed)
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk(seed);
        var maker = new Bench();
        var known = new List<HsmRequest>();
        JournaledCoordinator coordinator = await OpenAsync();
        for (int round = 0; round < 400; round++)
        {
            Act(coordinator.Core);
            maker.Time.Advance(TimeSpan.FromMilliseconds(random.Next(3000)));
            coordinator.Core.Tick();
            Turn turn = coordinator.TakeTurn();
            await coordinator.WriteAsync(turn, Cancelled);
            coordinator.Return(turn);
            known.RemoveAll(request => !coordinator.Core.Knows(request.Key));
            if (random.Next(10) != 0) continue;
            string[] before = Describe(coordinator.Core);
            disk.KillProcess();
            coordinator = await OpenAsync();
            string[] after = Describe(coordinator.Core);
            Assert.True(before.SequenceEqual(after), $"Seed {seed}, round {round}: there was\n{string.Join('\n', before.Except(after))}\nand there is\n{string.Join('\n', after.Except(before))}");
        }

        async Task<JournaledCoordinator> OpenAsync()
        {
            IFeedEngine engine = new LogEngine(new() { Directory = "/feed", Disk = disk.Main, Time = maker.Time });
            CoordinatorOptions options = CoordinatorOptions.Default with
            {
                Seed = seed,
                ClientGrace = TimeSpan.FromSeconds(5),
                HostMappings = [new("tag=n", ["a", "c"])],
                DefaultClass = SchedulingClass.Default with { StuckAfter = TimeSpan.FromSeconds(4), RequeueByTime = seed % 3 == 0 },
            };
            return await JournaledCoordinator.OpenAsync(isTrimmed ? engine : new UntrimmedEngine(engine), options, maker.Time, NullLogger.Instance, new() { SnapshotBytes = 3000, SlotsPerTurn = 8 }, Cancelled);
        }

        void Act(CoordinatorCore core)
        {
            string name = Names[random.Next(Names.Length)];
            Agent? agent = core.FindAgent(name) is { IsConnected: true } there ? there : null;
            RequestKey[] running = agent is null ? [] : [.. core.RunningAt(agent).Select(item => item.Key)];
            switch (random.Next(9))
            {
                case 0 or 1:
                    for (int i = random.Next(5); i > 0; i--)
                    {
                        HsmRequest made = maker.Make(random.Next(3) == 0 ? HsmAction.Restore : HsmAction.Archive, random.Next(3) == 0 ? $"tag=n{i}" : null, flags: (ulong)random.Next(2));
                        core.Queue(made, RequestOrigin.Queue);
                        known.Add(made);
                    }

                    break;
                case 2 or 3 when agent is null:
                    // It may say that it runs what another has by now.
                    HsmRequest[] named = [.. known.Where(_ => random.Next(4) == 0)];
                    core.Attach(new() { Id = name, CanReconnect = random.Next(4) != 0 }, out agent);
                    foreach (HsmRequest request in named) core.Reclaim(agent!, request);
                    core.EndReclaim(agent!);
                    break;
                case 2 when agent is not null:
                    core.Detach(agent);
                    break;
                case 4 or 5 when agent is not null:
                    core.Receive(agent, new(MaxArchive: random.Next(1, 6), MaxRestore: 3));
                    break;
                case 6 or 7 when running.Length > 0:
                    core.End(random.Next(4) == 0 ? null : agent, running[random.Next(running.Length)], 0);
                    break;
                case 8 when known.Count > 0:
                    core.Cancel(known[random.Next(known.Count)].Key);
                    break;
                default:
                    break;
            }
        }

        string[] Describe(CoordinatorCore core)
        {
            List<string> lines =
            [
                $"{core.Queued.Archive} {core.Queued.Restore} {core.Running.Archive} {core.Running.Restore} {core.Done.Archive} {core.Done.Restore} {core.CancelsDone} {core.CancelsPending}",
            ];
            foreach (HsmRequest request in known.OrderBy(request => request.Cookie))
            {
                RequestExplanation found = core.Explain(request.Key)!;
                lines.Add($"{request.Key} {found.State} at '{found.AgentId}' since {found.Since:O}, accepted {found.Accepted:O}, came back {found.Requeues} times{(found.IsCancelled ? ", cancelled" : "")}{(found.IsStuck ? ", stuck" : "")}");
            }

            foreach (Agent agent in core.Agents.OrderBy(agent => agent.Id)) lines.Add($"{agent.Id} {agent.Done.Archive} {agent.Done.Restore} {agent.PendingCancels}");
            return [.. lines];
        }
    }

    /// <summary>A feed from which nothing is ever trimmed, as when that fails.</summary>
    private sealed class UntrimmedEngine(IFeedEngine inner) : ForwardingEngine(inner)
    {
        public override ValueTask TrimAsync(string topic, RecordId below, CancellationToken cancellationToken = default) => throw new FeedException("Not today.");
    }
}
