using BenchmarkDotNet.Attributes;
using Weir.Lab.Mdt;

namespace Weir.Benchmarks.Lustre;

/// <summary>Generating the input of the other benchmarks: must stay far below what it is used to measure.</summary>
[MemoryDiagnoser]
public class ActionFileBenchmarks
{
    [Params(350_000)]
    public int Lines { get; set; }

    [Benchmark]
    public void GenerateFile() => ActionFileGenerator.Write(Stream.Null, new() { Count = Lines });

    [Benchmark]
    public void GenerateFileWithChanges() =>
        ActionFileGenerator.Write(Stream.Null, new() { Count = Lines, Changed = 2000, Removed = 500, Added = 500 });
}
