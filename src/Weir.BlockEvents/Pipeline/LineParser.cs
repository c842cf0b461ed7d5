using System.Collections.Immutable;
using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Pipeline;

/// <summary>Makes an event of one line: what its rule and its fields say, without the device behind the name.</summary>
internal static class LineParser
{
    /// <summary>The event; null when the line is storage's and no event.</summary>
    public static StorageEvent? Read(in LogLine line, in Classification classification, Guid id, DateTimeOffset time, string hostname)
    {
        if (classification.Rule.EventType is not { } type) return null;
        ImmutableSortedDictionary<string, string>.Builder extension = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < classification.FieldCount; i++)
        {
            string name = classification.NameOf(i);
            if (name != "kdev") extension[name] = Encoding.UTF8.GetString(classification.ValueOf(i));
        }

        string text = Encoding.UTF8.GetString(classification.Text);
        return new()
        {
            Hostname = line.Host.IsEmpty ? hostname : Encoding.UTF8.GetString(line.Host),
            Severity = classification.Rule.Severity,
            SubSystem = classification.Rule.SubSystem,
            Timestamp = time,
            EventId = id,
            EventType = type,
            Message = text,
            RawMessage = text,
            Extension = extension.ToImmutable(),
            KernelDevice = Encoding.UTF8.GetString(classification.KernelDevice),
            RuleId = classification.Rule.Id,
            BootId = line.BootId,
            Source = line.Source switch { LineSource.Journal => "journal", LineSource.Kmsg => "kmsg", _ => "file" },
            Cursor = Encoding.UTF8.GetString(line.Cursor),
        };
    }
}
