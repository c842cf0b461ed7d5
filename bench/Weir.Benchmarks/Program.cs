using BenchmarkDotNet.Running;
using Weir.Benchmarks.Feed;

// Whole-run comparisons, which need a yardstick in the same run, are called by name; everything else is BenchmarkDotNet's.
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
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
