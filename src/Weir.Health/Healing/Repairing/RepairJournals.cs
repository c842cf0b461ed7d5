using System.Text.Json;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;

namespace Weir.Health.Healing.Repairing;

/// <summary>
/// Where repairs say what they are about to put into its place: a directory that is gone on with until it is large, and then the next. The
/// oldest are removed. After a kill it tells what an interrupted repair had done.
/// </summary>
internal sealed class RepairJournals(string directory, TimeProvider time)
{
    private const long MaxBytes = 32 << 20;
    private const int MaxKept = 8, MaxLineLength = 1 << 20;
    private const string EventsName = "events.jsonl";

    /// <summary>The one to write to; it is the caller's to dispose. One at a time.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public HealJournal Open(DriveTopology topology)
    {
        Directory.CreateDirectory(directory);
        Guid deployment = topology.Pools[0].Format.DeploymentId;
        HealJournal? journal = HealJournal.FindUnfinished(directory, deployment, time);
        if (journal is not null && new FileInfo(Path.Combine(journal.DirectoryPath, EventsName)) is { Exists: true, Length: > MaxBytes })
        {
            journal.Advance(0, isFinished: true);
            journal.Dispose();
            journal = null;
        }

        if (journal is not null) return journal;
        foreach (string old in Directory.GetDirectories(directory).OrderDescending(StringComparer.Ordinal).Skip(MaxKept - 1)) Directory.Delete(old, recursive: true);
        return HealJournal.Create(directory, deployment, topology.Drives.Select(drive => drive.Path), time);
    }

    /// <summary>The drives on which something of an object was about to be put into its place, in some spans of time (ticks of UTC).</summary>
    public IReadOnlySet<string> Intended(ObjectName name, IReadOnlyList<(long From, long To)> spans)
    {
        var drives = new HashSet<string>(StringComparer.Ordinal);
        if (!Directory.Exists(directory)) return drives;
        string text = name.ToString();
        long since = spans.Min(span => span.From);
        foreach (string file in Directory.GetDirectories(directory).Select(run => Path.Combine(run, EventsName)).Where(file => File.Exists(file) && File.GetLastWriteTimeUtc(file).Ticks >= since - TimeSpan.TicksPerSecond))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            while (reader.ReadLine() is { } line)
            {
                if (line.Length <= MaxLineLength && Read(line, text, spans) is { } drive) drives.Add(drive);
            }
        }

        return drives;
    }

    private static string? Read(string line, string name, IReadOnlyList<(long From, long To)> spans)
    {
        // Most lines are of others, and a kill may have cut the last.
        if (!line.Contains("\"intent\"", StringComparison.Ordinal)) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.GetProperty("event").GetString() != "intent" || root.GetProperty("object").GetString() != name) return null;
            long time = root.GetProperty("time").GetDateTimeOffset().UtcTicks;
            return spans.Any(span => time >= span.From && time <= span.To) ? root.GetProperty("drive").GetString() : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
