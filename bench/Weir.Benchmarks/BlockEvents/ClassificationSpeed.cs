using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;

namespace Weir.Benchmarks.BlockEvents;

/// <summary>
/// How many log lines a second one core classifies, over the mix of a corpus of real kernel lines, beside yardsticks of the same run: the original's
/// scheme (its rules one after another, a prefix and then a regular expression) and merely reading the bytes.
/// </summary>
internal static class ClassificationSpeed
{
    private const int Rounds = 9;
    private const int LinesPerRound = 1_000_000;

    /// <param name="directory">Where storage.jsonl and negatives.jsonl lie; each row has a member <c>line</c>.</param>
    public static void Run(string directory)
    {
        byte[][] raw = [.. ReadLines(Path.Combine(directory, "storage.jsonl")), .. ReadLines(Path.Combine(directory, "negatives.jsonl"))];
        new Random(7).Shuffle(raw);
        byte[][] messages = [.. raw.Select(line => TextLine.Read(line).Text.ToArray())];
        string[] texts = [.. messages.Select(Encoding.UTF8.GetString)];
        var classifier = new LineClassifier(RuleSet.BuiltIn);
        Console.WriteLine($"{raw.Length} lines of {messages.Average(line => line.Length):F0} bytes (with what stands before them {raw.Average(line => line.Length):F0}), {RuleSet.BuiltIn.Rules.Count} rules; {Rounds} rounds of {LinesPerRound:N0} lines, in turns, by processor time");
        (string Name, Func<long> Pass)[] contestants =
        [
            ("classify", () => Classify(classifier, messages)),
            ("classify, device found", () => ClassifyWithDevice(classifier, messages)),
            ("classify, all fields found", () => ClassifyWithFields(classifier, messages)),
            ("time stamp and host taken off, classify, device found", () => ClassifyRaw(classifier, raw)),
            ("yardstick: the original's scheme, 18 rules", () => OriginalScheme.Classify(texts)),
            ("yardstick: adding up the bytes", () => Sum(messages)),
        ];
        foreach ((_, Func<long> pass) in contestants)
        {
            for (int i = 0; i < 60; i++) pass();
        }

        var results = contestants.ToDictionary(contestant => contestant.Name, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((string name, Func<long> pass) in contestants) results[name].Add(Measure(pass, raw.Length));
        }

        Console.WriteLine($"{classifier.StateCount} states of the automaton were needed, of {classifier.ClassCount} classes");
        foreach ((string name, List<double> rates) in results)
        {
            rates.Sort();
            Console.WriteLine($"{name,-56} {rates[rates.Count / 2] / 1e6,7:F2} million lines/s ({rates[0] / 1e6:F2} to {rates[^1] / 1e6:F2})");
        }
    }

    public static void Diagnose(string directory)
    {
        foreach (string file in new[] { "storage.jsonl", "negatives.jsonl" })
        {
            foreach (var group in File.ReadLines(Path.Combine(directory, file)).Select(row => JsonDocument.Parse(row).RootElement).GroupBy(row => row.GetProperty("class_guess").GetString()))
            {
                var classifier = new LineClassifier(RuleSet.BuiltIn);
                int bytes = 0, n = 0;
                foreach (var row in group)
                {
                    byte[] text = TextLine.Read(Encoding.UTF8.GetBytes(row.GetProperty("line").GetString()!)).Text.ToArray();
                    classifier.TryClassify(new() { Text = text }, out _);
                    bytes += text.Length; n++;
                }

                Console.WriteLine($"{group.Key,-24} {n,4} lines {bytes,6} bytes {classifier.StateCount,6} states");
            }
        }
    }

    private static double Measure(Func<long> pass, int lines)
    {
        int passes = LinesPerRound / lines;
        // Processor time: the machine may have other work, and this is one thread.
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < passes; i++) pass();
        return (double)passes * lines / (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static long Classify(LineClassifier classifier, byte[][] lines)
    {
        long taken = 0;
        foreach (byte[] line in lines)
        {
            if (classifier.TryClassify(new() { Text = line }, out _)) taken++;
        }

        return taken;
    }

    private static long ClassifyWithDevice(LineClassifier classifier, byte[][] lines)
    {
        long bytes = 0;
        foreach (byte[] line in lines)
        {
            if (classifier.TryClassify(new() { Text = line }, out Classification found)) bytes += found.KernelDevice.Length;
        }

        return bytes;
    }

    private static long ClassifyWithFields(LineClassifier classifier, byte[][] lines)
    {
        long fields = 0;
        foreach (byte[] line in lines)
        {
            if (classifier.TryClassify(new() { Text = line }, out Classification found)) fields += found.FieldCount;
        }

        return fields;
    }

    private static long ClassifyRaw(LineClassifier classifier, byte[][] lines)
    {
        long bytes = 0;
        foreach (byte[] line in lines)
        {
            if (classifier.TryClassify(TextLine.Read(line), out Classification found)) bytes += found.KernelDevice.Length;
        }

        return bytes;
    }

    private static long Sum(byte[][] lines)
    {
        long sum = 0;
        foreach (byte[] line in lines)
        {
            foreach (byte value in line) sum += value;
        }

        return sum;
    }

    private static IEnumerable<byte[]> ReadLines(string path)
    {
        foreach (string row in File.ReadLines(path))
        {
            using JsonDocument document = JsonDocument.Parse(row);
            yield return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("line").GetString()!);
        }
    }
}
