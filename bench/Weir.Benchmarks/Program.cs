using System.Globalization;
using BenchmarkDotNet.Running;
using Weir.Benchmarks.BlockEvents;
using Weir.Benchmarks.Changelogs;
using Weir.Benchmarks.Consumers;
using Weir.Benchmarks.Coordinators;
using Weir.Benchmarks.Erasure;
using Weir.Benchmarks.Feed;
using Weir.Benchmarks.Health;
using Weir.Benchmarks.Hsm;
using Weir.Benchmarks.Redis;
using Weir.Lab.Mdt;

// Whole-run comparisons, which need a yardstick in the same run, and the generator of input for whole processes
// (actions-file PATH LINES [CHANGED REMOVED ADDED]) are called by name; everything else is BenchmarkDotNet's.
string scratch = Path.Combine(Environment.GetEnvironmentVariable("WEIR_BENCH_DIR") ?? Directory.GetCurrentDirectory(), "weir-bench");
switch (args)
{
    case ["feed-append"]:
        Directory.CreateDirectory(scratch);
        await AppendComparison.RunAsync(scratch);
        break;
    case ["feed-read"]:
        Directory.CreateDirectory(scratch);
        await ReadComparison.RunAsync(scratch);
        break;
    case ["consumers"]:
        Directory.CreateDirectory(scratch);
        await ConsumerSpeed.RunAsync(scratch);
        break;
    case ["heal-queue", .. string[] most]:
        Directory.CreateDirectory(scratch);
        await HealQueueSpeed.RunAsync(scratch, most is [string number] ? int.Parse(number, CultureInfo.InvariantCulture) : 1_000_000);
        break;
    case ["events-diag", string corpus2]:
        ClassificationSpeed.Diagnose(corpus2);
        break;
    case ["events-store", string eventsDirectory, string events]:
        await StoredEvents.MakeAsync(eventsDirectory, int.Parse(events, CultureInfo.InvariantCulture));
        break;
    case ["events-classify", string corpus]:
        ClassificationSpeed.Run(corpus);
        break;
    case ["actions-file", string path, string lines]:
        ActionFileGenerator.WriteFile(path, new() { Count = int.Parse(lines, CultureInfo.InvariantCulture) });
        break;
    case ["actions-file", string path, string lines, string changed, string removed, string added]:
        ActionFileGenerator.WriteFile(path, new()
        {
            Count = int.Parse(lines, CultureInfo.InvariantCulture),
            Changed = int.Parse(changed, CultureInfo.InvariantCulture),
            Removed = int.Parse(removed, CultureInfo.InvariantCulture),
            Added = int.Parse(added, CultureInfo.InvariantCulture),
        });
        break;
    case ["hsm-load", string feed, string files, string perSecond, string seconds]:
        await EventLoad.RunAsync(feed, files, int.Parse(perSecond, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture));
        break;
    case ["erasure-coding", ..]:
        Directory.CreateDirectory(scratch);
        CodingComparison.Run(scratch, args.ElementAtOrDefault(1) ?? "");
        break;
    case ["erasure-format"]:
        Directory.CreateDirectory(scratch);
        Yardstick.Build(scratch);
        FormatComparison.Run(scratch);
        break;
    case ["erasure-get"]:
        Directory.CreateDirectory(scratch);
        await GetComparison.RunAsync(scratch);
        break;
    case ["redis", ..]:
        Directory.CreateDirectory(scratch);
        await RedisComparison.RunAsync(scratch, int.Parse(args.ElementAtOrDefault(1) ?? "7", CultureInfo.InvariantCulture));
        break;
    case ["changelog"]:
        Directory.CreateDirectory(scratch);
        await ChangelogSpeed.RunAsync(scratch);
        break;
    case ["coordinator-schedule"]:
        CoordinatorSchedule.Run();
        break;
    case ["coordinator-restart", .. var steps]:
        Directory.CreateDirectory(scratch);
        await CoordinatorRestart.RunAsync(scratch, steps);
        break;
    case ["coordinator-drain", string port, string agents, string requests]:
        await CoordinatorDrain.RunAsync(
            int.Parse(port, CultureInfo.InvariantCulture), int.Parse(agents, CultureInfo.InvariantCulture), long.Parse(requests, CultureInfo.InvariantCulture));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
