using System.Diagnostics;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;

namespace Weir.Benchmarks.Coordinators;

/// <summary>What it costs to choose, hand out and end a request with fair queueing on, when 1,000 and when 1,000,000 wait.</summary>
internal static class CoordinatorSchedule
{
    private const int Rounds = 7;
    private const int Steps = 200_000;
    private static readonly int[] Lengths = [1_000, 1_000_000];

    public static void Run()
    {
        foreach (FairBy fairBy in (FairBy[])[FairBy.None, FairBy.Uid, FairBy.Tag])
        {
            CoordinatorCore[] cores = [.. Lengths.Select(length => Prepare(length, fairBy))];
            var times = Lengths.Select(_ => new List<double>()).ToArray();
            var singles = Lengths.Select(_ => new List<double>()).ToArray();
            for (int round = -2; round < Rounds; round++)
            {
                for (int i = 0; i < cores.Length; i++)
                {
                    double many = Measure(cores[i], 100);
                    double single = Measure(cores[i], 1);
                    if (round < 0) continue;
                    times[i].Add(many);
                    singles[i].Add(single);
                }
            }

            string ratio = $"{Median(times[1]) / Median(times[0]):0.00}, {Median(singles[1]) / Median(singles[0]):0.00}";
            Console.WriteLine(
                $"fair by {fairBy}: {Median(times[0]):N0} ns a request at 1,000 waiting, {Median(times[1]):N0} ns at 1,000,000, lists of 100; one by one {Median(singles[0]):N0} and {Median(singles[1]):N0} ns; ratios {ratio}");
        }
    }

    private static CoordinatorCore Prepare(int length, FairBy fairBy)
    {
        var core = new CoordinatorCore(new() { DefaultClass = SchedulingClass.Default with { FairBy = fairBy } }, TimeProvider.System);
        var turn = new Turn();
        for (int i = 0; i < length; i++)
        {
            core.Queue(Requests.Make(i), RequestOrigin.Queue);
            if (i % 1000 == 999) Clear(core, ref turn);
        }

        core.Attach(new() { Id = "a" }, out Agent? agent);
        core.EndReclaim(agent!);
        Clear(core, ref turn);
        return core;
    }

    /// <summary>Time for a request that is taken, ended, and queued again behind the others, so that as many wait all the time.</summary>
    private static double Measure(CoordinatorCore core, int list)
    {
        Agent agent = core.FindAgent("a")!;
        var turn = new Turn();
        var handed = new List<HsmRequest>();
        int done = 0;
        long wall = Stopwatch.GetTimestamp();
        while (done < Steps)
        {
            core.Receive(agent, new(MaxArchive: list));
            Turn taken = core.TakeTurn(turn);
            handed.Clear();
            foreach (Effect effect in taken.Effects) handed.AddRange(((HandOut)effect).Items.Span);
            taken.Clear();
            turn = taken;
            foreach (HsmRequest request in handed) core.End(agent, request.Key, 0);
            foreach (HsmRequest request in handed) core.Queue(request, RequestOrigin.Queue);
            done += handed.Count;
        }

        return Stopwatch.GetElapsedTime(wall).TotalNanoseconds / done;
    }

    private static void Clear(CoordinatorCore core, ref Turn turn)
    {
        Turn taken = core.TakeTurn(turn);
        taken.Clear();
        turn = taken;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
