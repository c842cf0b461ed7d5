using System.Diagnostics;
using System.Globalization;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;

namespace Weir.Benchmarks.Erasure;

/// <summary>
/// An object off its drives, whole and with as many data shards lost as there is parity, from the page cache into a file that keeps
/// nothing, by wall clock and by processor time; in turns with reading the same shard files in large pieces and doing nothing with them.
/// </summary>
internal static class GetComparison
{
    private const int Data = 8, Parity = 4, Rounds = 7;
    private const long ObjectBytes = 1L << 30;

    public static async Task RunAsync(string scratch)
    {
        string directory = Path.Combine(scratch, "get");
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        DriveTree tree = DriveTree.Create(new() { Directory = directory, Data = Data, Parity = Parity });
        var name = ObjectName.Parse("bucket/object");
        tree.Put(name, new SeededStream(1, ObjectBytes));
        await CompareAsync("all shards", tree, name);
        int[] distribution = name.ChooseDistribution(Data + Parity);
        for (int position = 0; position < distribution.Length; position++)
        {
            string content = Path.Combine(tree.Drives[position], name.Path);
            if (distribution[position] > Parity) continue;
            foreach (string part in Directory.GetFiles(content, "part.*", SearchOption.AllDirectories)) File.Delete(part);
        }

        await CompareAsync($"{Parity} data shards lost", tree, name);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task CompareAsync(string what, DriveTree tree, ObjectName name)
    {
        var ours = new double[Rounds];
        var plain = new double[Rounds];
        var processor = new double[Rounds];
        for (int round = -1; round < Rounds; round++)
        {
            TimeSpan used = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            var reader = new ObjectReader(new ObjectLocator(DriveTopology.Discover(tree.Drives)).Find(name, null));
            await using (FileStream sink = File.OpenWrite("/dev/null")) await reader.CopyToAsync(sink, 0, reader.Length, CancellationToken.None);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            used = Environment.CpuUsage.TotalTime - used;
            double read = ReadPlainly(tree, name);
            if (round < 0) continue;
            ours[round] = ObjectBytes / seconds / 1e9;
            plain[round] = ObjectBytes / read / 1e9;
            processor[round] = ObjectBytes / used.TotalSeconds / 1e9;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"get of 1 GiB, {Data}+{Parity}, {what}: {Turns.Median(ours):0.00} GB/s (best {ours.Max():0.00}), {Turns.Median(processor):0.00} GB for each second of processor time; reading {Data} shard files and no more: {Turns.Median(plain):0.00} GB/s"));
    }

    private static double ReadPlainly(DriveTree tree, ObjectName name)
    {
        byte[] buffer = new byte[1 << 20];
        string[] files = [.. tree.Drives.SelectMany(drive => Directory.GetFiles(Path.Combine(drive, name.Path), "part.*", SearchOption.AllDirectories)).Take(Data)];
        long started = Stopwatch.GetTimestamp();
        foreach (string file in files)
        {
            using var handle = File.OpenHandle(file);
            for (long at = 0; ;)
            {
                int read = RandomAccess.Read(handle, buffer, at);
                if (read == 0) break;
                at += read;
            }
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
