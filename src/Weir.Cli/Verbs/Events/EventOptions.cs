using System.CommandLine;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Topology;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Events;

/// <summary>The options of verbs that print events; the original's names.</summary>
internal sealed class EventOptions
{
    public Option<string?> Severity { get; } = new("--severity") { HelpName = "SEVERITY", Description = $"Only events at least as bad: {string.Join(", ", Names.OfSeverities)}." };

    public Option<string[]> SubSystems { get; } = new("--sub-system") { HelpName = "SUB-SYSTEM", Description = "Only events of this sub-system, such as SCSI, multipath, ext4. May be repeated." };

    public Option<string[]> EventTypes { get; } = new("--event-type") { HelpName = "EVENT-TYPE", Description = "Only events of this type; FS_* takes all that start so. May be repeated." };

    public Option<string[]> Blocks { get; } = new("--blk") { HelpName = "BLOCK", Description = "Only events about this device, what stands on it or what it is made of; named as for 'weir events info'. May be repeated." };

    public Option<string?> Format { get; } = new("--format") { HelpName = "FORMAT", Description = "Log (a line for people), Json (an object a line) or JsonPretty." };

    public Option<bool> Json { get; } = new("--json", "-J") { Description = "The same as --format Json." };

    public Option<bool> Journal { get; } = new("--journal") { Description = "Read the events that Weir or Peripety has stored in systemd's journal, instead of the feed." };

    public Option<string[]> Directories { get; } = new("--journal-dir") { HelpName = "DIR", Description = "Where that journal is; a single file may be named. May be repeated." };

    public IEnumerable<Option> All => [Severity, SubSystems, EventTypes, Blocks, Format, Json, Journal, Directories];

    /// <exception cref="UsageException">A value is none.</exception>
    public EventFilter FilterOf(Invocation run)
    {
        Severity severity = BlockEvents.Events.Severity.Debug;
        if (run.Get(Severity) is { } text && !Names.TryParse(text, out severity)) throw new UsageException($"--severity: '{text}' is none of {string.Join(", ", Names.OfSeverities)}");
        return new()
        {
            Severity = severity,
            SubSystems = run.Get(SubSystems) ?? [],
            EventTypes = run.Get(EventTypes) ?? [],
            Devices = DevicesOf(run.Get(Blocks) ?? []),
        };
    }

    /// <exception cref="UsageException">There is no such format.</exception>
    public EventFormat FormatOf(Invocation run)
    {
        if (run.Get(Format) is not { } text) return run.Get(Json) ? EventFormat.Json : EventFormat.Log;
        return Enum.TryParse(text, ignoreCase: true, out EventFormat format) && !char.IsAsciiDigit(text[0]) ? format : throw new UsageException($"--format: '{text}' is none of Log, Json, JsonPretty");
    }

    /// <summary>The names as they are, and the identities of the devices that they mean now.</summary>
    private static HashSet<string> DevicesOf(string[] blocks)
    {
        var names = new HashSet<string>(blocks, StringComparer.Ordinal);
        if (blocks.Length == 0) return names;
        BlockTopology topology = BlockTopology.Read(SystemRoot.Live);
        foreach (string block in blocks)
        {
            if (DeviceFinder.Find(topology, block) is not { } device) continue;
            names.Add(device.Path);
            if (device.Wwid.Length > 0) names.Add(device.Wwid);
        }

        return names;
    }
}
