using System.Globalization;
using System.Runtime.InteropServices;
using Weir.Erasure.Coding;

namespace Weir.Benchmarks.Erasure;

/// <summary>The erasure kernels against libhighwayhash and libisal, in turns in one process, on one core by its processor time.</summary>
internal static unsafe class CodingComparison
{
    private const int BlockBytes = 128 * 1024;
    private const int MemoryBytes = 192 << 20;
    private static readonly (int Data, int Parity)[] Codes = [(4, 2), (8, 4), (12, 4)];

    private static string _only = "";

    public static void Run(string scratch, string only)
    {
        Yardstick.Build(scratch);
        Console.WriteLine($"paths: {string.Join(", ", CodingPaths.Available)}");
        _only = only;
        Copy();
        foreach (CodingPath path in CodingPaths.Available.Where(path => path >= CodingPath.Vector128)) Hash(path);
        foreach (CodingPath path in CodingPaths.Available.Where(path => path >= CodingPath.Vector128))
        {
            foreach ((int data, int parity) in Codes)
            {
                foreach (int length in (int[])[64 * 1024, 128 * 1024]) Code(path, data, parity, length, total: 0);
            }
        }

        foreach ((int data, int parity) in Codes) Code(CodingPaths.Current, data, parity, 128 * 1024, MemoryBytes);
        TwoCores();
    }

    private static void Copy()
    {
        byte* from = Allocate(MemoryBytes), to = Allocate(MemoryBytes);
        (double copy, _, _) = Turns.Measure(MemoryBytes, () => Yardstick.Copy(to, from, MemoryBytes), () => Yardstick.Copy(to, from, MemoryBytes));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memcpy of 192 MiB: {copy:0.0} GB/s"));
        NativeMemory.AlignedFree(from);
        NativeMemory.AlignedFree(to);
    }

    private static void Hash(CodingPath path)
    {
        const int blocks = 8;
        byte* data = Allocate(blocks * (BlockBytes + 64));
        byte[] hashes = new byte[blocks * HighwayHash256.SizeBytes];
        ulong* key = stackalloc ulong[4] { 1, 2, 3, 4 };
        ulong* held = key;
        Compare(
            $"hash {path}, one block of 128 KiB at a time",
            BlockBytes,
            () => HighwayHash256.Hash(path, HighwayKey.Shards, new ReadOnlySpan<byte>(data, BlockBytes), hashes),
            () => Yardstick.Hash(held, data, BlockBytes));
        foreach (int together in (int[])[3, 4, 6, 8])
        {
            Compare(
                $"hash {path}, {together} blocks interleaved",
                (long)together * BlockBytes,
                () => HighwayHash256.HashBlocks(
                    path, HighwayKey.Shards, new ReadOnlySpan<byte>(data, blocks * (BlockBytes + 64)), BlockBytes + 64, BlockBytes, together, hashes),
                () =>
                {
                    for (int i = 0; i < together; i++) Yardstick.Hash(held, data + i * (BlockBytes + 64), BlockBytes);
                });
        }

        NativeMemory.AlignedFree(data);
    }

    /// <summary>Encoding, and rebuilding the first data shards; <paramref name="total"/> bytes of data, or one stripe in cache.</summary>
    private static void Code(CodingPath path, int data, int parity, int length, long total)
    {
        var code = new ReedSolomon(data, parity, path);
        int stride = length + 64;
        int stripes = Math.Max(1, (int)(total / ((long)data * length)));
        int stripeBytes = (data + parity) * stride;
        byte* buffer = Allocate((long)stripes * stripeBytes);
        RebuildPlan plan = code.PlanRebuild((1u << code.TotalShards) - 1 & ~((1u << parity) - 1), (1u << parity) - 1);
        using var theirs = new IsalCode(code, buffer, stripes, stripeBytes, stride, length, firstInput: 0);
        using var theirRebuild = new IsalCode(code, buffer, stripes, stripeBytes, stride, length, firstInput: parity);
        string where = total == 0 ? "in cache" : "192 MiB from memory";
        Compare(
            $"encode {path} {data}+{parity}, shards of {length / 1024} KiB, {where}",
            (long)stripes * data * length,
            () =>
            {
                for (int i = 0; i < stripes; i++) code.Encode(new Span<byte>(buffer + (long)i * stripeBytes, stripeBytes), stride, length);
            },
            theirs.Run);
        Compare(
            $"rebuild {path} {data}+{parity} ({parity} data shards lost), shards of {length / 1024} KiB, {where}",
            (long)stripes * data * length,
            () =>
            {
                for (int i = 0; i < stripes; i++) plan.Run(new Span<byte>(buffer + (long)i * stripeBytes, stripeBytes), stride, length);
            },
            theirRebuild.Run);
        NativeMemory.AlignedFree(buffer);
    }

    private static void TwoCores()
    {
        const int length = 128 * 1024, stride = length + 64, seconds = 1;
        var code = new ReedSolomon(8, 4);
        double[] rates = [.. ((int[])[1, 2]).Select(threads =>
        {
            var counts = new long[threads];
            Thread[] workers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() =>
            {
                byte[] stripe = GC.AllocateUninitializedArray<byte>(code.TotalShards * stride, pinned: true);
                long end = Environment.TickCount64 + seconds * 1000;
                while (Environment.TickCount64 < end)
                {
                    code.Encode(stripe, stride, length);
                    counts[index]++;
                }
            }))];
            foreach (Thread worker in workers) worker.Start();
            foreach (Thread worker in workers) worker.Join();
            return counts.Sum() * 8.0 * length / seconds / 1e9;
        })];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"encode 8+4 in cache by wall clock: one thread {rates[0]:0.0} GB/s, two {rates[1]:0.0} GB/s, {rates[1] / rates[0]:0.00}x"));
    }

    private static void Compare(string what, long bytes, Action ours, Action theirs)
    {
        if (!what.Contains(_only, StringComparison.OrdinalIgnoreCase)) return;
        (double our, double their, double ratio) = Turns.Measure(bytes, ours, theirs);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what}: weir {our:0.0} GB/s, library {their:0.0} GB/s, ratio {ratio:0.00}"));
    }

    private static byte* Allocate(long bytes)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        for (long i = 0; i < bytes; i += 8) *(ulong*)(memory + i) = (ulong)i * 0x9e3779b97f4a7c15;
        return memory;
    }

    private sealed class IsalCode : IDisposable
    {
        private readonly byte* _tables = (byte*)NativeMemory.Alloc(32 * 16 * 16);
        private readonly byte** _shards;
        private readonly ReedSolomon _code;
        private readonly int _stripes;
        private readonly int _length;

        /// <param name="firstInput">The first shard that is read; those before it are made: 0 to encode, otherwise as a rebuild of them does, from the same shards.
        /// The coefficients are the parity's in either case; they do not matter for the speed.</param>
        public IsalCode(ReedSolomon code, byte* buffer, int stripes, int stripeBytes, int stride, int length, int firstInput)
        {
            (_code, _stripes, _length) = (code, stripes, length);
            byte* coefficients = stackalloc byte[256];
            for (int row = 0; row < code.ParityShards; row++)
            {
                code.ParityRow(row).CopyTo(new Span<byte>(coefficients + row * code.DataShards, code.DataShards));
            }

            Yardstick.Tables(code.DataShards, code.ParityShards, coefficients, _tables);
            _shards = (byte**)NativeMemory.Alloc((nuint)(stripes * code.TotalShards * sizeof(byte*)));
            for (int i = 0; i < stripes * code.TotalShards; i++)
            {
                _shards[i] = buffer + (long)(i / code.TotalShards) * stripeBytes + (long)((i + firstInput) % code.TotalShards) * stride;
            }
        }

        public void Run()
        {
            for (int i = 0; i < _stripes; i++)
            {
                byte** shards = _shards + i * _code.TotalShards;
                Yardstick.Encode(_length, _code.DataShards, _code.ParityShards, _tables, shards, shards + _code.DataShards);
            }
        }

        public void Dispose()
        {
            NativeMemory.Free(_tables);
            NativeMemory.Free(_shards);
        }
    }
}
