using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// A directory that tells what a run is to do, how far it is, and what it changed:
/// <list type="bullet">
/// <item><c>run.json</c>: the deployment and the drives;</item>
/// <item><c>plan-NN.jsonl</c>: an object a line, NN being how many more positions it may lose;</item>
/// <item><c>position.json</c>: whether the plan is complete, and how much of it is done;</item>
/// <item><c>events.jsonl</c>: before each change what is about to be put into its place, and after each object what was done.</item>
/// </list>
/// The object store itself needs none of it: every change is one rename that leaves an object better than before. So it is written without
/// waiting for the disk, and what it lost in a power failure is looked at again.
/// </summary>
public sealed class HealJournal : IDisposable
{
    /// <summary>Objects that may lose so many or more share one file.</summary>
    private const int MostMargin = 15;

    private const string RunName = "run.json", PositionName = "position.json", EventsName = "events.jsonl";

    private readonly Lock _gate = new();
    private readonly StreamWriter _events;
    private readonly StreamWriter?[] _plans = new StreamWriter?[MostMargin + 1];
    private readonly TimeProvider _time;

    private HealJournal(string directory, TimeProvider time)
    {
        DirectoryPath = directory;
        _time = time;
        _events = new(new FileStream(Path.Combine(directory, EventsName), FileMode.Append, FileAccess.Write, FileShare.ReadWrite), new UTF8Encoding(false)) { AutoFlush = true };
        Cursor = PlanCursor.Read(Path.Combine(directory, PositionName));
    }

    public string DirectoryPath { get; }

    /// <summary>How far the run is.</summary>
    public PlanCursor Cursor { get; private set; }

    /// <summary>Begins a run of its own directory below another.</summary>
    public static HealJournal Create(string parent, Guid deployment, IEnumerable<string> drives, TimeProvider time)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{deployment:N}-{Guid.NewGuid().ToString("N")[..6]}");
        string directory = Path.Combine(parent, name);
        Directory.CreateDirectory(directory);
        using (FileStream file = File.Create(Path.Combine(directory, RunName)))
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("deployment", deployment);
            json.WriteString("started", time.GetUtcNow());
            json.WriteStartArray("drives");
            foreach (string drive in drives) json.WriteStringValue(drive);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new(directory, time);
    }

    /// <summary>The newest run of a deployment that is not finished; null where there is none.</summary>
    public static HealJournal? FindUnfinished(string parent, Guid deployment, TimeProvider time)
    {
        if (!Directory.Exists(parent)) return null;
        foreach (string directory in Directory.GetDirectories(parent, $"*-{deployment:N}-*").OrderDescending(StringComparer.Ordinal))
        {
            PlanCursor cursor = PlanCursor.Read(Path.Combine(directory, PositionName));
            if (!cursor.IsFinished && File.Exists(Path.Combine(directory, RunName))) return new(directory, time);
        }

        return null;
    }

    /// <summary>Forgets a plan that was not completed.</summary>
    public void RestartPlan()
    {
        for (int margin = 0; margin <= MostMargin; margin++) File.Delete(PlanPath(margin));
        Cursor = new();
        Save();
    }

    /// <summary>Takes an object into the plan.</summary>
    public void Add(PlannedObject planned)
    {
        int margin = Math.Clamp(planned.Margin, 0, MostMargin);
        lock (_gate)
        {
            StreamWriter writer = _plans[margin] ??= new(PlanPath(margin), append: true, new UTF8Encoding(false));
            writer.WriteLine(PlanLine.Write(planned));
            Cursor = Cursor.With(planned);
        }
    }

    /// <summary>Counts versions that are left as they are.</summary>
    internal void AddRefused(int versions)
    {
        lock (_gate) Cursor = Cursor with { Refused = Cursor.Refused + versions };
    }

    /// <summary>The plan is complete.</summary>
    public void EndPlan()
    {
        lock (_gate)
        {
            for (int margin = 0; margin <= MostMargin; margin++)
            {
                _plans[margin]?.Dispose();
                _plans[margin] = null;
            }

            Cursor = Cursor with { IsPlanned = true };
        }

        Save();
    }

    /// <summary>The objects that are left to do, the most endangered first, each with its number from the plan's beginning.</summary>
    public IEnumerable<(long Number, PlannedObject Object)> Left()
    {
        long number = 0, done = Cursor.Done;
        for (int margin = 0; margin <= MostMargin; margin++)
        {
            if (!File.Exists(PlanPath(margin))) continue;
            foreach (string line in File.ReadLines(PlanPath(margin)))
            {
                if (number++ >= done && PlanLine.TryRead(line) is { } planned) yield return (number - 1, planned);
            }
        }
    }

    /// <summary>How much <see cref="Left"/> comes to. Of a plan that an earlier run began this reads what is left of it.</summary>
    public PlanRest Rest()
    {
        PlanCursor cursor = Cursor;
        if (cursor.Done == 0) return new(cursor.Objects, cursor.ReadBytes + cursor.WriteBytes);
        long objects = 0, bytes = 0;
        foreach ((_, PlannedObject planned) in Left())
        {
            objects++;
            bytes += planned.ReadBytes + planned.WriteBytes;
        }

        return new(objects, bytes);
    }

    /// <summary>So many objects from the plan's beginning are done.</summary>
    public void Advance(long done, bool isFinished)
    {
        lock (_gate) Cursor = Cursor with { Done = done, IsFinished = isFinished };
        Save();
    }

    /// <summary>Says what is about to be put into its place.</summary>
    internal void Intend(ObjectName name, Drive drive, IReadOnlyList<string> paths) => Write("intent", json =>
    {
        json.WriteString("object", name.ToString());
        json.WriteString("drive", drive.Path);
        json.WriteStartArray("paths");
        foreach (string path in paths) json.WriteStringValue(path);
        json.WriteEndArray();
    });

    /// <summary>Says what was done for an object.</summary>
    internal void Note(ObjectOutcome outcome) => Write("outcome", json =>
    {
        json.WriteString("object", outcome.Plan.Object.Name.ToString());
        json.WriteStartArray("versions");
        foreach (VersionOutcome version in outcome.Versions) OutcomeJson.WriteVersion(json, version);
        json.WriteEndArray();
    });

    /// <summary>Says something else that happened.</summary>
    internal void Write(string happened, Action<Utf8JsonWriter> members)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteString("time", _time.GetUtcNow());
            json.WriteString("event", happened);
            members(json);
            json.WriteEndObject();
        }

        lock (_gate) _events.WriteLine(Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _events.Dispose();
            foreach (StreamWriter? plan in _plans) plan?.Dispose();
        }
    }

    private void Save() => Cursor.Write(Path.Combine(DirectoryPath, PositionName));

    private string PlanPath(int margin) => Path.Combine(DirectoryPath, string.Create(CultureInfo.InvariantCulture, $"plan-{margin:d2}.jsonl"));
}
