using System.Text;
using Weir.BlockEvents.Collectors.Raw;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Parsers.Incidents;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Topology;
using Weir.Feed;

namespace Weir.BlockEvents.Pipeline;

/// <summary>
/// From raw lines to events about real devices: classification, the lines of one failure together, the device behind each name. Keeps the time of
/// the lines, and of how long no line came. Not thread-safe.
/// </summary>
internal sealed class LineStage
{
    private const int MostKeys = 1024;

    /// <summary>No event of a line comes later than this, whatever the machine does.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(12);

    private readonly EventMakerOptions _options;
    private readonly DeviceStage _devices;
    private readonly IncidentAssembler _assembler;
    private readonly StableIds _ids = new();
    private readonly Action<StorageEvent, long> _publish;
    private readonly Dictionary<string, string> _kernelKeys = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Host, string Device), (StorageEvent One, long Count)> _repeats = [];
    private readonly Queue<(RecordId Id, long At)> _read = new();
    private LineClassifier _classifier;
    private long _lineMicroseconds;
    private long _arrival;
    private RecordId _last;
    private RecordId _done;

    /// <param name="rules">What lines mean.</param>
    /// <param name="resolver">Which device a name means.</param>
    /// <param name="options">Times.</param>
    /// <param name="publish">Takes each event, and for how many lines it stands.</param>
    public LineStage(RuleSet rules, IDeviceResolver resolver, EventMakerOptions options, Action<StorageEvent, long> publish)
    {
        _options = options;
        _publish = publish;
        _devices = new(resolver);
        _classifier = new(rules);
        _assembler = new(new() { HoldTime = options.Storms.Gather, Hostname = options.Hostname }, new TopologyRelations(resolver), Publish, options.Time);
    }

    /// <summary>The time that the lines have come to.</summary>
    public DateTimeOffset LineTime { get; private set; }

    /// <summary>The last raw record whose events have all been handed on.</summary>
    public RecordId Done(RecordId read)
    {
        if (_assembler.NextDueMicroseconds is null)
        {
            _read.Clear();
            return _done = read;
        }

        while (_read.TryPeek(out (RecordId Id, long At) oldest) && _options.Time.GetElapsedTime(oldest.At) > LongestWait) _done = _read.Dequeue().Id;
        return _done;
    }

    public void Use(RuleSet rules) => _classifier = new(rules);

    public void Take(RawLine raw, RecordId id)
    {
        LogLine line = raw.Line.Line;
        if (!_classifier.TryClassify(line, out Classification classification)) return;
        long now = _options.Time.GetTimestamp();
        if (_read.Count == 0 || _options.Time.GetElapsedTime(_read.Last().At) > TimeSpan.FromSeconds(1)) _read.Enqueue((_last, now));
        _last = id;
        _arrival = now;
        _lineMicroseconds = _assembler.TimeOf(line);
        DateTimeOffset time = TimeOf(line, id);
        // A clock that jumps far ahead in one line must not end all that is gathered.
        if (time > LineTime && time <= _options.Time.GetUtcNow() + TimeSpan.FromMinutes(1)) LineTime = time;
        NoteKey(classification, line);
        _assembler.Add(line, classification);
        if (raw.Repeats > 0 && LineParser.Read(line, classification, EventId.Of(id.ToString(), "repeats"), time, _options.Hostname) is { } repeats)
            NoteRepeats(repeats, raw.Repeats);
    }

    /// <summary>Hands on what has waited long enough; everything at the end.</summary>
    public void Advance(bool all)
    {
        if (all) _assembler.Flush();
        else if (_assembler.NextDueMicroseconds is not null) _assembler.Advance(_lineMicroseconds + Elapsed);
        // Behind the event that they repeat.
        if (_repeats.Count == 0 || _assembler.NextDueMicroseconds is not null) return;
        foreach ((StorageEvent one, long count) in _repeats.Values) _publish(_devices.Resolve(one, KeyOf(one)), count);
        _repeats.Clear();
    }

    /// <summary>When something that waits is due, if no line comes; null when nothing waits.</summary>
    /// <param name="now">The clock by which that is said.</param>
    public DateTimeOffset? NextDue(DateTimeOffset now) =>
        _assembler.NextDueMicroseconds is { } due ? now.AddMicroseconds(Math.Max(0, due - _lineMicroseconds - Elapsed) + 1000) : null;

    public StorageEvent Refresh(StorageEvent one) => _devices.Refresh(one);

    private long Elapsed => (long)_options.Time.GetElapsedTime(_arrival).TotalMicroseconds;

    private void Publish(StorageEvent one)
    {
        // Lines that have no wall clock of their own happened when they were read.
        if (one.Timestamp == default) one = one with { Timestamp = _options.Time.GetLocalNow() };
        one = one with { Timestamp = TimeZoneInfo.ConvertTime(one.Timestamp, _options.Time.LocalTimeZone) };
        _publish(_devices.Resolve(_ids.Translate(one), KeyOf(one)), one.Count);
    }

    private void NoteRepeats(StorageEvent one, long count)
    {
        (string, string, string) key = (one.EventType, one.Hostname, one.KernelDevice);
        _repeats[key] = _repeats.TryGetValue(key, out (StorageEvent One, long Count) there) ? (there.One, there.Count + count) : (one, count);
        if (_repeats.Count > MostKeys) Advance(all: true);
    }

    private DateTimeOffset TimeOf(in LogLine line, RecordId id)
    {
        const long Most = 253_402_300_799_000_000;
        DateTimeOffset time = line.RealTimeMicroseconds is { } micros and > 0 and < Most ? DateTimeOffset.UnixEpoch.AddMicroseconds(micros) : id.Time;
        return TimeZoneInfo.ConvertTime(time, _options.Time.LocalTimeZone);
    }

    private void NoteKey(in Classification classification, in LogLine line)
    {
        if (line.KernelDevice.IsEmpty || classification.KernelDevice.IsEmpty) return;
        if (_kernelKeys.Count >= MostKeys) _kernelKeys.Clear();
        _kernelKeys[Encoding.UTF8.GetString(classification.KernelDevice)] = Encoding.UTF8.GetString(line.KernelDevice);
    }

    private string KeyOf(StorageEvent one) => _kernelKeys.GetValueOrDefault(one.KernelDevice, "");
}
