using System.Globalization;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs.Events;

/// <summary>Prints events: for people a line each, with what one looks for first: how bad, what, which device, what it carries, how often.</summary>
internal sealed class EventPrinter(OutputBuffer output, EventFormat format, bool hasColor)
{
    public void Print(StorageEvent one)
    {
        if (format == EventFormat.Log)
        {
            output.WriteLine(Line(one));
            return;
        }

        using (var json = new Utf8JsonWriter(output, format == EventFormat.Json ? OutputJson.Compact : OutputJson.Indented)) StorageEventWriter.Write(one, json);
        output.EndLine();
    }

    private string Line(StorageEvent one)
    {
        BlockInfo top = one.Hierarchy.Path.Length > 0 ? one.Hierarchy : one.Device;
        string device = one.Device.PreferredPath.Length > 0 ? one.Device.PreferredPath : one.KernelDevice.Length > 0 ? one.KernelDevice : "-";
        string above = top.PreferredPath.Length > 0 && top.Path != one.Device.Path ? $" < {top.PreferredPath}" : "";
        string mounted = top.MountPoint is { } mountPoint ? $" on {mountPoint}" : "";
        string count = one.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" x{one.Count}") : "";
        string cause = one.RootCauseEventId is { } root ? $" [follows from {root.ToString()[..8]}]" : "";
        string time = one.Timestamp.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string severity = Names.Of(one.Severity).PadRight(8);
        string text = Printable.Line($"{one.SubSystem} {one.EventType} {device}{above}{mounted}{count}{cause}: {(one.RawMessage.Length > 0 ? one.RawMessage : one.Message)}");
        return hasColor ? $"{time} {Color(one.Severity)}{severity}\e[0m {text}" : $"{time} {severity} {text}";
    }

    private static string Color(Severity severity) => severity switch
    {
        <= Severity.Critical => "\e[1;31m",
        Severity.Error => "\e[31m",
        Severity.Warning => "\e[33m",
        Severity.Notice => "\e[36m",
        _ => "\e[2m",
    };
}
