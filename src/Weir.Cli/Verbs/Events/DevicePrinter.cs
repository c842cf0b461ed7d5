using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Topology;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs.Events;

/// <summary>Prints block devices, as people or programs read them.</summary>
internal static class DevicePrinter
{
    private const int NameWidth = 12;

    /// <summary>Everything about one device: a line for each member, then the devices underneath.</summary>
    public static void WriteDetails(OutputBuffer output, BlockInfo info, BlockInfo? hierarchy, IReadOnlyDictionary<string, string> transport)
    {
        WriteMembers(output, info, "");
        foreach ((string name, string value) in transport) WriteMember(output, "", name, value);
        if (hierarchy is not null && hierarchy.Path != info.Path)
        {
            output.WriteLine("stands under :");
            WriteMembers(output, hierarchy, "  ");
        }

        if (info.Owners.Count == 0) return;
        output.WriteLine("owners       :");
        for (int i = 0; i < info.Owners.Count; i++)
        {
            if (i > 0) output.WriteLine("");
            WriteMembers(output, info.Owners[i], "  ");
        }
    }

    public static void WriteJson(OutputBuffer output, BlockInfo info, BlockInfo hierarchy, BlockDevice device)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("name", device.Name);
            json.WriteString("number", device.Number.ToString());
            json.WriteNumber("size_bytes", device.SizeBytes);
            json.WriteString("file_system", device.FileSystem);
            if (device.BackingFile is { } file) json.WriteString("backing_file", file);
            json.WritePropertyName("cur_blk_info");
            StorageEventWriter.Write(info, json);
            json.WritePropertyName("hierarchy_blk_info");
            StorageEventWriter.Write(hierarchy, json);
            json.WriteStartObject("transport");
            foreach ((string name, string value) in device.Transport) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.EndLine();
    }

    private static void WriteMembers(OutputBuffer output, BlockInfo info, string indent)
    {
        WriteMember(output, indent, "blk_path", info.Path);
        WriteMember(output, indent, "preferred", info.PreferredPath);
        WriteMember(output, indent, "blk_type", Names.Of(info.Type));
        WriteMember(output, indent, "wwid", info.Wwid);
        WriteMember(output, indent, "transport_id", info.TransportId);
        WriteMember(output, indent, "uuid", info.Uuid ?? "");
        WriteMember(output, indent, "mount_point", info.MountPoint ?? "");
    }

    private static void WriteMember(OutputBuffer output, string indent, string name, string value) =>
        output.WriteLine(Printable.Line($"{indent}{name.PadRight(NameWidth)} : {value}".TrimEnd()));
}
