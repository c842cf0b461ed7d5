using Weir.Coordinator.Core;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Server;

namespace Weir.Coordinator.Tests.Server;

public sealed class RehearsalTests
{
    public static TheoryData<string> Kinds => ["plain", "fair", "batches", "rates", "small"];

    [Theory, MemberData(nameof(Kinds))]
    public void Whatever_the_rules_are_it_comes_to_an_end(string kind) => Rehearsal.Play(
        kind switch
        {
            "fair" => CoordinatorOptions.Default with { DefaultClass = SchedulingClass.Default with { FairBy = FairBy.Uid }, Classes = [new() { Name = "first", Blocking = true }] },
            "batches" => CoordinatorOptions.Default with { Batches = new() { Idle = TimeSpan.FromSeconds(1), SlotsPerAgent = 2 } },
            "rates" => CoordinatorOptions.Default with { AgentRate = new(1), ArchiveRates = new Dictionary<uint, RateLimit> { [1] = new(1) }, BackOff = new() },
            "small" => CoordinatorOptions.Default with { MaxRequests = 1, MaxLanes = 1, MaxDataBytes = 0, MaxRunningPerAgent = 1, MaxAgents = 1 },
            _ => CoordinatorOptions.Default,
        },
        TimeProvider.System);
}
