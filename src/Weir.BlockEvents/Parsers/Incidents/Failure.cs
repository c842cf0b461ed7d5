using Weir.BlockEvents.Events;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>One event in the making: the lines that say the same of the same device within the holding time.</summary>
internal sealed class Failure(Rule rule, string device)
{
    /// <summary>The most fields kept of one failure's lines.</summary>
    private const int MaxFields = 48;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The rule that the event is called after: that of the line furthest down.</summary>
    public Rule Rule { get; private set; } = rule;

    /// <summary>The device as lines name it.</summary>
    public string Device { get; private set; } = device;

    public Layer Layer { get; private set; } = Layers.Of(rule);

    public bool IsCommand => Layer is Layer.Command or Layer.Device;

    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>How often it happened: the lines of the kind of which there are most, each of them one for every time.</summary>
    public long Count { get; private set; } = 1;

    public long LineCount { get; set; }

    public Severity Severity { get; private set; } = rule.Severity;

    public required string FirstText { get; init; }

    public required string RawText { get; init; }

    public required string Host { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required Guid? BootId { get; init; }

    public required string Source { get; init; }

    public required string Cursor { get; init; }

    /// <summary>Takes a further line's rule: the event is called after the line that says most.</summary>
    public void Take(Rule further, string device)
    {
        if (Rank(further) < Rank(Rule)) Rule = further;
        if (further.Severity < Severity) Severity = further.Severity;
        if (device.Length > 0 && (Device.Length == 0 || (NameRelations.IsDisk(NameRelations.DiskOf(device)) && !NameRelations.IsDisk(NameRelations.DiskOf(Device))))) Device = device;
    }

    /// <summary>Counts a line. Of an ATA exception's many lines only the first (<paramref name="isFirst"/>) counts.</summary>
    public void CountLine(Rule rule, bool isFirst)
    {
        if (rule.Part == "ata" && !isFirst) return;
        long count = _counts.GetValueOrDefault(rule.Id) + 1;
        if (_counts.Count < MaxFields || count > 1) _counts[rule.Id] = count;
        Count = Math.Max(Count, count);
    }

    /// <summary>Keeps a field of a line, unless an earlier line said it already.</summary>
    public void Keep(string name, string value)
    {
        if (Fields.Count < MaxFields) Fields.TryAdd(name, value);
    }

    /// <summary>The device itself said why.</summary>
    public void MarkAsDevice() => Layer = Layer.Device;

    private static int Rank(Rule rule) => (rule.Part, rule.EventType) switch
    {
        ("ata", _) => 0,
        ("scsi-command", "SCSI_SENSE_KEY") => 1,
        ("scsi-command", _) => 2,
        ("io", "NVME_IO_ERROR") => 3,
        _ => 4,
    };
}
