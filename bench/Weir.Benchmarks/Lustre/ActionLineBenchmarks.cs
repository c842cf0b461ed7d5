using BenchmarkDotNet.Attributes;
using Weir.Lab.Mdt;
using Weir.Lustre.HsmFiles;

namespace Weir.Benchmarks.Lustre;

/// <summary>Reading <c>hsm/actions</c>: times and bytes are per line.</summary>
[MemoryDiagnoser]
public class ActionLineBenchmarks
{
    private const int Lines = 20_000;

    private readonly List<byte[]> _canonical = [];
    private readonly List<byte[]> _shuffled = [];
    private byte[] _file = [];

    [GlobalSetup]
    public void Setup()
    {
        var output = new MemoryStream();
        ActionFileGenerator.Write(output, new() { Count = Lines });
        _file = output.ToArray();
        using var reader = new HsmFileReader<ActionLine>(new MemoryStream(_file));
        while (reader.TryReadLine(out ReadOnlySpan<byte> line))
        {
            _canonical.Add(line.ToArray());

            // The record header at the end instead: every field is right, the order is not the kernel's.
            int header = line.IndexOf((byte)']') + 1;
            _shuffled.Add([.. line[(header + 1)..], (byte)' ', .. line[..header]]);
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public ulong ParseCanonicalLine() => Parse(_canonical);

    [Benchmark(OperationsPerInvoke = Lines)]
    public ulong ParseLineInAnotherOrder() => Parse(_shuffled);

    [Benchmark(OperationsPerInvoke = Lines)]
    public ulong ReadAndParseFile()
    {
        using var reader = new HsmFileReader<ActionLine>(new MemoryStream(_file));
        ulong sum = 0;
        while (reader.TryRead(out ActionLine action)) sum += action.Cookie;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public long ReadLinesOfFile()
    {
        using var reader = new HsmFileReader<ActionLine>(new MemoryStream(_file));
        long bytes = 0;
        while (reader.TryReadLine(out ReadOnlySpan<byte> line)) bytes += line.Length;
        return bytes;
    }

    private static ulong Parse(List<byte[]> lines)
    {
        ulong sum = 0;
        foreach (byte[] line in lines)
        {
            if (ActionLine.TryParse(line, out ActionLine action) == LineError.None) sum += action.Cookie;
        }

        return sum;
    }
}
