using System.Collections.Immutable;
using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>Makes events of failures.</summary>
internal sealed class EventBuilder(IncidentOptions options, TimeProvider time, Func<Guid> newId)
{
    public Guid NewId() => newId();

    public Failure Begin(in LogLine line, in Classification classification, string device) => new(classification.Rule, device)
    {
        FirstText = Encoding.UTF8.GetString(classification.Text),
        RawText = Encoding.UTF8.GetString(classification.Text),
        Host = line.Host.IsEmpty ? options.Hostname : Encoding.UTF8.GetString(line.Host),
        Time = line.RealTimeMicroseconds is { } micros
            ? TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), time.LocalTimeZone)
            : time.GetLocalNow(),
        BootId = line.BootId,
        Source = line.Source switch
        {
            LineSource.Journal => "journal",
            LineSource.Kmsg => "kmsg",
            _ => "file",
        },
        Cursor = Encoding.UTF8.GetString(line.Cursor),
    };

    public static StorageEvent Build(Failure failure, Guid? incident, Guid id, Guid? root)
    {
        ImmutableSortedDictionary<string, string> extension = FailureDetails.Decode(failure);
        return new()
        {
            Hostname = failure.Host,
            Severity = failure.Severity,
            SubSystem = failure.Rule.SubSystem,
            Timestamp = failure.Time,
            EventId = id,
            EventType = failure.Rule.EventType!,
            Device = BlockInfo.None,
            Message = FailureDetails.Describe(failure, extension),
            RawMessage = failure.RawText,
            Extension = extension,
            KernelDevice = failure.Device,
            RuleId = failure.Rule.Id,
            RootCauseEventId = root,
            IncidentId = incident,
            Count = failure.Count,
            BootId = failure.BootId,
            Source = failure.Source,
            Cursor = failure.Cursor,
        };
    }
}
