using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm;
using Weir.Hsm.Events;
using Weir.Lustre.HsmFiles;

namespace Weir.Benchmarks.Hsm;

/// <summary>Appends status changes of actions that are live in a feed, so many a second, for those who look at it meanwhile.</summary>
internal static class EventLoad
{
    private const int LinesOfEach = 50_000;
    private const int BatchesPerSecond = 20;

    /// <param name="feed">The feed's directory.</param>
    /// <param name="files">The directory whose MDTs' files were shipped into it.</param>
    /// <param name="perSecond">Events a second.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task RunAsync(string feed, string files, int perSecond, int seconds)
    {
        await using var engine = new LogEngine(new() { Directory = feed });
        var mdts = new List<(string Topic, MdtName Name, List<byte[]> Lines)>();
        foreach (string directory in Directory.GetDirectories(files).Order(StringComparer.Ordinal))
        {
            string mdt = Path.GetFileName(directory);
            List<byte[]> lines = [];
            foreach (string line in File.ReadLines(Path.Combine(directory, "hsm", "actions")).Take(LinesOfEach))
            {
                int status = line.IndexOf(" status=", StringComparison.Ordinal) + " status=".Length;
                foreach (string other in (string[])["STARTED", "WAITING"])
                    lines.Add(Encoding.UTF8.GetBytes(string.Concat(line.AsSpan(0, status), other, line.AsSpan(line.IndexOf(' ', status)))));
            }

            mdts.Add(($"{ActionTopics.DefaultPrefix}:{mdt}", new MdtName(mdt), lines));
        }

        var batch = new RecordBatch();
        int next = 0;
        long last = 0;
        long started = Stopwatch.GetTimestamp();
        for (int number = 0; number < seconds * BatchesPerSecond; number++)
        {
            (string topic, MdtName name, List<byte[]> lines) = mdts[number % mdts.Count];
            long now = Math.Max(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), last + 1);
            last = now;
            batch.Clear();
            for (int i = 0; i < perSecond / BatchesPerSecond; i++)
            {
                // Every second line, then the others: so each tells another status than the one before.
                int at = next++ * 2 % lines.Count;
                byte[] line = lines[at + (next * 2 / lines.Count % 2)];
                if (ActionLine.TryParse(line, out ActionLine action) != LineError.None) throw new InvalidDataException(Encoding.UTF8.GetString(line));
                HsmEventWriter.WriteState(batch, new RecordId((ulong)now, (ulong)i), HsmEventType.Update, name, action, new(now / 1000, now / 1000, now / 1000));
            }

            if (batch.Count > 0) await engine.AppendAsync(topic, batch, new() { Durability = AppendDurability.Buffered });
            TimeSpan ahead = TimeSpan.FromSeconds((number + 1.0) / BatchesPerSecond) - Stopwatch.GetElapsedTime(started);
            if (ahead > TimeSpan.Zero) await Task.Delay(ahead);
        }

        double took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{next} events in {took:0.0} s, {next / took:N0}/s"));
    }
}
