using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>
/// Puts classified lines together to events and links them: the lines of one failed command (ATA exception, result, sense, CDB, I/O error) become one
/// event with everything they say, repeats of it within the holding time are counted, and what follows from a failure further up (buffers, volumes,
/// file systems) points at its event by root_cause_event_id and shares its incident_id. Events whose lines begin no incident are handed on at once.
/// Time is that of the lines where they have one. Memory is bounded by the options. Not thread-safe.
/// </summary>
/// <param name="options">Times and limits.</param>
/// <param name="relations">What is known of devices; <see cref="NameRelations"/> where there is no topology.</param>
/// <param name="publish">Takes each event, the root of an incident before the others.</param>
/// <param name="time">The clock for lines without a time.</param>
/// <param name="newId">Makes ids; null for random ones in the order of time.</param>
public sealed class IncidentAssembler(IncidentOptions options, IDeviceRelations relations, Action<StorageEvent> publish, TimeProvider time, Func<Guid>? newId = null)
{
    private const int MaxNames = 4096;

    private readonly List<Incident> _open = [];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly EventBuilder _builder = new(options, time, newId ?? Guid.CreateVersion7);
    private long _now;
    private Guid? _boot;

    /// <summary>How many incidents are open.</summary>
    public int OpenCount => _open.Count;

    /// <summary>When <see cref="Advance"/> must be called next, in microseconds of the time of the lines (<see cref="TimeOf"/>); null when nothing waits.</summary>
    public long? NextDueMicroseconds => _open.Min(DueOf);

    /// <summary>Takes a line that a rule recognised.</summary>
    public void Add(in LogLine line, in Classification classification)
    {
        Rule rule = classification.Rule;
        if (rule.EventType is null) return;
        if (line.BootId is { } boot && boot != _boot)
        {
            if (_boot is not null) Flush();
            _boot = boot;
        }

        long at = TimeOf(line);
        Advance(at);
        string device = DeviceOf(classification, out string host);
        if (rule.EventType == "BLK_CAPACITY_CHANGE" && classification.Find("from").SequenceEqual("0"u8) && NameRelations.IsReused(device)) Forget(device);
        Incident? incident = Find(device, host, rule, at) ?? FindMember(classification, rule, at);
        bool begins = Layers.BeginsIncident(rule);
        if (incident is null && begins) incident = Open();
        if (incident is null)
        {
            Failure alone = _builder.Begin(line, classification, device);
            Count(alone, classification);
            publish(EventBuilder.Build(alone, null, _builder.NewId(), null));
            return;
        }

        incident.LastAt = at;
        if (rule.Part == "ata") incident.IsRecovering = true;
        else if (rule.EventType == "ATA_RECOVERED") incident.IsRecovering = false;
        incident.IsTransport |= Layers.Of(rule) == Layer.Transport;
        incident.Add(device);
        incident.Add(host);
        incident.Add(Encoding.UTF8.GetString(classification.Find("member")));
        Take(incident, line, classification, device);
        incident.WaitingSince ??= at;
    }

    /// <summary>Hands on what has waited long enough at a time, and forgets incidents that are over. Times never go back; an earlier one changes nothing.</summary>
    /// <param name="nowMicroseconds">The time, in the measure of <see cref="TimeOf"/>.</param>
    public void Advance(long nowMicroseconds)
    {
        _now = Math.Max(_now, nowMicroseconds);
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            Incident incident = _open[i];
            if (DueOf(incident) <= _now) HandOn(incident);
            if (incident.WaitingSince is null && incident.LastAt + (long)options.SameDeviceTime.TotalMicroseconds < _now) _open.RemoveAt(i);
        }
    }

    /// <summary>Hands on everything that waits and ends all incidents: at the end of a file, or when the machine was started anew.</summary>
    public void Flush()
    {
        foreach (Incident incident in _open) HandOn(incident);
        _open.Clear();
        _now = 0;
    }

    /// <summary>A line's time in microseconds: since 1970 where it is known, else since the machine started; now for a line without either. It never goes back.</summary>
    public long TimeOf(in LogLine line) =>
        Math.Max(_now, line.RealTimeMicroseconds ?? line.MonotonicMicroseconds ?? (_now > 0 ? _now : (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond));

    private long? DueOf(Incident incident) => incident.WaitingSince + (long)(incident.IsRecovering ? options.RecoveryTime : options.HoldTime).TotalMicroseconds;

    private Incident Open()
    {
        if (_open.Count >= options.MaxOpenIncidents)
        {
            Incident quietest = _open.MinBy(incident => incident.LastAt)!;
            HandOn(quietest);
            _open.Remove(quietest);
        }

        var opened = new Incident(_builder.NewId());
        _open.Add(opened);
        return opened;
    }

    /// <summary>The incident that a line belongs to: of its own device, of one that is known to be related, or one nearby in time where nothing is known against it.</summary>
    private Incident? Find(string device, string host, Rule rule, long at)
    {
        long nearby = (long)options.NearbyTime.TotalMicroseconds;
        Incident? near = null;
        // Of these file systems a line names one device of several.
        bool spansDevices = rule.SubSystem is "btrfs" or "bcachefs" or "ZFS";
        bool mayJoinAny = rule.Part is not null || rule.Severity <= Severity.Error;
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            Incident incident = _open[i];
            long idle = at - incident.LastAt;
            // What fails further down later on does not follow from what failed further up.
            if (idle > nearby && incident.RootEventId is not null && incident.RootLayer >= Layer.Buffer && Layers.Of(rule) <= Layer.Recovery) continue;
            DeviceRelation relation = device.Length == 0 ? DeviceRelation.Unknown : incident.RelationOf(device, relations);
            if (relation == DeviceRelation.Unrelated && spansDevices) relation = DeviceRelation.Unknown;
            // Several disks of one host adapter at once have one cause; it is the adapter's or the cable's.
            if (relation != DeviceRelation.Related && host.Length > 0 && incident.Has(host) && idle <= nearby) relation = DeviceRelation.Related;
            if (relation == DeviceRelation.Related && idle <= (long)options.SameDeviceTime.TotalMicroseconds) return incident;
            if (relation == DeviceRelation.Unknown && mayJoinAny && idle <= nearby && (near is null || incident.LastAt > near.LastAt)) near = incident;
        }

        return near;
    }

    /// <summary>Another device has come by this name (a loop device was given a file, a network block device a server): what happened to the one before is none of its business.</summary>
    private void Forget(string device)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (!_open[i].Has(device)) continue;
            HandOn(_open[i]);
            if (_open[i].Remove(device)) _open.RemoveAt(i);
        }
    }

    /// <summary>The incident of the device that a line about a larger one names.</summary>
    private Incident? FindMember(in Classification classification, Rule rule, long at)
    {
        string member = Encoding.UTF8.GetString(classification.Find("member"));
        return member.Length == 0 ? null : Find(member, "", rule, at);
    }

    private void Take(Incident incident, in LogLine line, in Classification classification, string device)
    {
        Rule rule = classification.Rule;
        bool isCommand = Layers.Of(rule) == Layer.Command;
        Failure? failure = incident.Waiting.Find(waiting => isCommand ? waiting.IsCommand && IsSameCommandDevice(waiting.Device, device) : waiting.Rule.EventType == rule.EventType && waiting.Rule.SubSystem == rule.SubSystem && waiting.Device == device);
        if (failure is null)
        {
            if (incident.Waiting.Count >= options.MaxWaitingEvents)
            {
                incident.DroppedCount++;
                return;
            }

            failure = _builder.Begin(line, classification, device);
            incident.Waiting.Add(failure);
        }

        failure.Take(rule, device);
        Count(failure, classification);
    }

    /// <summary>An ATA port's lines and the SCSI lines behind them are of one command.</summary>
    private static bool IsSameCommandDevice(string one, string other)
    {
        (string first, string second) = (NameRelations.DiskOf(one), NameRelations.DiskOf(other));
        bool isOnePort = first.StartsWith("ata", StringComparison.Ordinal);
        bool isOtherPort = second.StartsWith("ata", StringComparison.Ordinal);
        return first == second || first.Length == 0 || second.Length == 0 || (isOnePort != isOtherPort);
    }

    private static void Count(Failure failure, in Classification classification)
    {
        failure.LineCount++;
        failure.CountLine(classification.Rule, classification.Find("sact").Length > 0);
        for (int i = 0; i < classification.FieldCount; i++)
        {
            string name = classification.NameOf(i);
            if (name != "kdev") failure.Keep(name, Encoding.UTF8.GetString(classification.ValueOf(i)));
        }

        if (classification.Rule.Part == "ata" && classification.KernelDevice.Length > 0) failure.Keep("ata_port", Encoding.UTF8.GetString(classification.KernelDevice));
        if (failure.Layer == Layer.Command && (failure.Fields.ContainsKey("sense_key") || failure.Fields.ContainsKey("sct"))) failure.MarkAsDevice();
    }

    private void HandOn(Incident incident)
    {
        foreach (Failure failure in incident.Waiting.OrderBy(failure => failure.Layer))
        {
            Guid id = _builder.NewId();
            if (incident.RootEventId is null && incident.DroppedCount > 0) failure.Keep("dropped_events", incident.DroppedCount.ToString(System.Globalization.CultureInfo.InvariantCulture));
            publish(EventBuilder.Build(failure, incident.Id, id, incident.RootEventId));
            if (incident.RootEventId is not null) continue;
            incident.RootEventId = id;
            incident.RootLayer = failure.Layer;
        }

        incident.Waiting.Clear();
        incident.WaitingSince = null;
    }

    /// <summary>The device that a line is about: by name where one is known for its SCSI address. Its host adapter, where it names one, is the second answer.</summary>
    private string DeviceOf(in Classification classification, out string host)
    {
        string device = Encoding.UTF8.GetString(classification.KernelDevice);
        string address = Encoding.UTF8.GetString(classification.Find("hctl"));
        string number = Encoding.UTF8.GetString(classification.Find("host"));
        if (address.Length > 0 && address != device)
        {
            if (_names.Count >= MaxNames) _names.Clear();
            _names[address] = device;
        }
        else if (address.Length > 0)
        {
            device = _names.GetValueOrDefault(address, address);
        }

        int colon = address.IndexOf(':', StringComparison.Ordinal);
        host = number.Length > 0 ? "host" + number : colon > 0 ? "host" + address[..colon] : "";
        return device;
    }
}
