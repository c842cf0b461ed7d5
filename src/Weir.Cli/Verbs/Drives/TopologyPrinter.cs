using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives;
using Weir.Erasure.Format;

namespace Weir.Cli.Verbs.Drives;

/// <summary>Prints drives and pools.</summary>
internal static class TopologyPrinter
{
    private static readonly string[] Headings = ["PATH", "STATE", "POOL", "SET", "POSITION", "BYTES", "FREE", "NOTE"];

    public static void WriteText(OutputBuffer output, DriveTopology topology)
    {
        var rows = new List<string[]> { Headings };
        rows.AddRange(topology.Drives.Select(Row));
        TextTable.Write(output, rows, alignRight: [2, 3, 4, 5, 6]);
        foreach (DrivePool pool in topology.Pools)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"pool {pool.Number}: {pool.SetCount} sets of {pool.SetSize}, {pool.OnlineCount} of {pool.DriveCount} drives online, deployment {pool.Format.DeploymentId}, {pool.Format.Algorithm.Name()}"));
            foreach ((int set, int position) in Missing(pool))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pool {pool.Number}: set {set}, position {position} is missing, drive {pool.Format.Sets[set][position]}"));
            }
        }
    }

    public static void WriteJson(OutputBuffer output, DriveTopology topology)
    {
        using (var writer = new Utf8JsonWriter(output, OutputJson.Indented))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("pools");
            foreach (DrivePool pool in topology.Pools) WritePool(writer, pool);
            writer.WriteEndArray();
            writer.WriteStartArray("drives");
            foreach (Drive drive in topology.Drives) WriteDrive(writer, drive);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.EndLine();
    }

    public static string StateName(DriveState state) => state switch
    {
        DriveState.Online => "online",
        DriveState.Unformatted => "unformatted",
        DriveState.Offline => "offline",
        DriveState.Damaged => "damaged",
        DriveState.Foreign => "foreign",
        _ => "duplicate",
    };

    private static void WritePool(Utf8JsonWriter writer, DrivePool pool)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", pool.Number);
        writer.WriteString("deployment_id", pool.Format.DeploymentId);
        writer.WriteString("algorithm", pool.Format.Algorithm.Name());
        writer.WriteNumber("sets", pool.SetCount);
        writer.WriteNumber("set_size", pool.SetSize);
        writer.WriteNumber("drives", pool.DriveCount);
        writer.WriteNumber("online", pool.OnlineCount);
        writer.WriteBoolean("quorum", pool.HasQuorum);
        writer.WriteStartArray("missing");
        foreach ((int set, int position) in Missing(pool))
        {
            writer.WriteStartObject();
            writer.WriteNumber("set", set);
            writer.WriteNumber("position", position);
            writer.WriteString("drive_id", pool.Format.Sets[set][position]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteDrive(Utf8JsonWriter writer, Drive drive)
    {
        writer.WriteStartObject();
        writer.WriteString("path", drive.Path);
        writer.WriteString("state", StateName(drive.State));
        if (drive.Detail is { } detail) writer.WriteString("detail", detail);
        if (drive.Format is { } format)
        {
            writer.WriteString("drive_id", format.DriveId);
            writer.WriteString("deployment_id", format.DeploymentId);
            writer.WriteString("system_directory", drive.SystemDirectory);
        }

        if (drive.Pool >= 0)
        {
            writer.WriteNumber("pool", drive.Pool);
            writer.WriteNumber("set", drive.Set);
            writer.WriteNumber("position", drive.Position);
        }

        writer.WriteBoolean("read_only", drive.IsReadOnly);
        writer.WriteBoolean("healing", drive.IsHealing);
        writer.WriteNumber("total_bytes", drive.TotalBytes);
        writer.WriteNumber("free_bytes", drive.FreeBytes);
        writer.WriteEndObject();
    }

    private static string[] Row(Drive drive)
    {
        string[] notes = [drive.Detail ?? "", drive.IsReadOnly ? "read-only" : "", drive.IsHealing ? "being healed" : ""];
        bool isPlaced = drive.Pool >= 0;
        return
        [
            drive.Path, StateName(drive.State), isPlaced ? Number(drive.Pool) : "-", isPlaced ? Number(drive.Set) : "-", isPlaced ? Number(drive.Position) : "-",
            Number(drive.TotalBytes), Number(drive.FreeBytes), string.Join(", ", notes.Where(note => note.Length > 0)),
        ];
    }

    private static IEnumerable<(int Set, int Position)> Missing(DrivePool pool) =>
        from set in Enumerable.Range(0, pool.SetCount)
        from position in Enumerable.Range(0, pool.SetSize)
        where pool.Set(set)[position] is null
        select (set, position);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
