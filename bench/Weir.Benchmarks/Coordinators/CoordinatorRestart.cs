using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Feed.Log;

namespace Weir.Benchmarks.Coordinators;

/// <summary>
/// A journal of a million requests: taken in durably, read back by a new process, drained durably by one agent and by sixteen. Each step is a
/// process of its own (fill, open, drain), so that its memory is its own.
/// </summary>
internal static class CoordinatorRestart
{
    public static async Task RunAsync(string directory, string[] arguments)
    {
        string feed = Path.Combine(directory, "coordinator");
        int count = arguments.Length > 1 ? int.Parse(arguments[1], System.Globalization.CultureInfo.InvariantCulture) : 1_000_000;
        switch (arguments.ElementAtOrDefault(0))
        {
            case "fill":
                if (Directory.Exists(feed)) Directory.Delete(feed, true);
                await FillAsync(feed, count);
                break;
            case "open":
                await OpenAsync(feed);
                break;
            case "drain":
                await DrainAsync(feed, count);
                break;
            default:
                string self = Environment.ProcessPath!;
                foreach (string step in (string[])["fill", "open", "open", "open", "drain 1", "fill", "drain 16"])
                {
                    using var process = Process.Start(self, $"coordinator-restart {step}");
                    await process.WaitForExitAsync();
                }

                Directory.Delete(feed, true);
                break;
        }
    }

    private static async Task FillAsync(string feed, int count)
    {
        await using var engine = new LogEngine(new() { Directory = feed });
        JournaledCoordinator coordinator = await JournaledCoordinator.OpenAsync(engine, new(), TimeProvider.System, NullLogger.Instance);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            coordinator.Core.Queue(Requests.Make(i), RequestOrigin.Queue);
            if (i == 99_999) await WriteAsync(coordinator);
            if (i == 99_999) Console.WriteLine($"100,000 requests taken in durably: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");
            if (i % 10_000 == 9_999) await WriteAsync(coordinator);
        }

        await WriteAsync(coordinator);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"{count} requests taken in durably: {seconds:0.00} s, {count / seconds:N0}/s; {Memory()}");
    }

    private static async Task OpenAsync(string feed)
    {
        await using var engine = new LogEngine(new() { Directory = feed });
        long start = Stopwatch.GetTimestamp();
        JournaledCoordinator coordinator = await JournaledCoordinator.OpenAsync(engine, new(), TimeProvider.System, NullLogger.Instance);
        Console.WriteLine(
            $"restart: ready after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s, {(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds:0.00} s after the process began; {coordinator.Recovery}; {Memory()}");
    }

    private static async Task DrainAsync(string feed, int agents)
    {
        await using var engine = new LogEngine(new() { Directory = feed });
        JournaledCoordinator coordinator = await JournaledCoordinator.OpenAsync(engine, new(), TimeProvider.System, NullLogger.Instance);
        CoordinatorCore core = coordinator.Core;
        var asking = new Queue<Agent>();
        for (int i = 0; i < agents; i++)
        {
            core.Attach(new() { Id = $"mover{i}" }, out Agent? agent);
            core.EndReclaim(agent!);
            asking.Enqueue(agent!);
        }

        var done = new List<(Agent Agent, RequestKey Key)>();
        long start = Stopwatch.GetTimestamp();
        long count = 0;
        int turns = 0;
        while (core.Count > 0)
        {
            foreach ((Agent agent, RequestKey key) in done) core.End(agent, key, 0);
            done.Clear();
            while (asking.TryDequeue(out Agent? agent)) core.Receive(agent, new(MaxArchive: 1000));
            Turn turn = coordinator.TakeTurn();
            turns++;
            await coordinator.WriteAsync(turn);
            foreach (HandOut list in turn.Effects.OfType<HandOut>())
            {
                foreach (HsmRequest request in list.Items.Span) done.Add((list.Agent, request.Key));
                asking.Enqueue(list.Agent);
                count += list.Items.Length;
            }

            coordinator.Return(turn);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"{agents} agents drain {count} requests, each assignment and end durable before it is told: {seconds:0.00} s, {count / seconds:N0}/s in {turns} turns; {Memory()}");
    }

    private static async Task WriteAsync(JournaledCoordinator coordinator)
    {
        Turn turn = coordinator.TakeTurn();
        await coordinator.WriteAsync(turn);
        coordinator.Return(turn);
    }

    private static string Memory()
    {
        long peak = File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Select(Kilobytes).Single();
        long now = File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Select(Kilobytes).Single();
        return $"{Environment.CpuUsage.TotalTime.TotalSeconds:0.00} s of processor, {now / 1024} MB resident, {peak / 1024} MB at most";
    }

    private static long Kilobytes(string line) => long.Parse(new string([.. line.Where(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture);
}
