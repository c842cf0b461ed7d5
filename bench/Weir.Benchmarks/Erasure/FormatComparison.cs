using System.Globalization;
using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Format;

namespace Weir.Benchmarks.Erasure;

/// <summary>Reading xl.meta: a usual file, and one of an object with many versions. The yardstick is hashing the same bytes.</summary>
internal static class FormatComparison
{
    private const int Rounds = 31;

    public static void Run(string scratch)
    {
        Measure("usual file, one version", MakeFile(scratch, 1));
        Measure("855 versions", MakeFile(scratch, 855));
    }

    private static void Measure(string what, byte[] file)
    {
        int turns = Math.Max(3, 4_000_000 / file.Length);
        var parse = new double[Rounds];
        var hash = new double[Rounds];
        long allocated = 0;
        for (int round = -3; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            double started = Yardstick.Seconds();
            for (int i = 0; i < turns; i++) Parse(file);
            double parsed = Yardstick.Seconds();
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / turns;
            ulong sum = 0;
            for (int i = 0; i < turns; i++) sum ^= XxHash64.Hash(file);
            double hashed = Yardstick.Seconds();
            GC.KeepAlive(sum);
            if (round < 0) continue;
            parse[round] = (parsed - started) / turns * 1e6;
            hash[round] = (hashed - parsed) / turns * 1e6;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"xl.meta, {what}, {file.Length} bytes: read with every body {Turns.Median(parse):0.00} us, {allocated} bytes allocated; XXH64 of the file {Turns.Median(hash):0.00} us"));
    }

    private static int Parse(byte[] file)
    {
        XlMeta meta = XlMeta.Parse(file);
        int parts = 0;
        foreach (XlVersion version in meta.Versions) parts += version.ReadBody().Object?.Parts.Count ?? 0;
        return parts;
    }

    private static byte[] MakeFile(string scratch, int versions)
    {
        string directory = Path.Combine(scratch, $"meta-{versions}");
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        DriveTree tree = DriveTree.Create(new() { Directory = directory, Data = 1, Parity = 0 });
        var name = Weir.Erasure.Drives.ObjectName.Parse("bucket/key");
        for (int i = 0; i < versions; i++) tree.Put(name, new SeededStream(i, 200_000), new() { IsVersioned = versions > 1 });
        byte[] file = File.ReadAllBytes(Path.Combine(tree.Drives[0], name.Path, XlMeta.FileName));
        Directory.Delete(directory, recursive: true);
        return file;
    }
}
