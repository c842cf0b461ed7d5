using System.CommandLine;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Topology;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs.Events;

/// <summary><c>weir events list</c>: all block devices.</summary>
internal sealed class ListVerb : Verb
{
    public const string Summary = "Show all block devices, and what stands on them.";

    private readonly Option<bool> _details = new("--details", "-D") { Description = "Print everything about each device." };
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Also devices without a size, such as loop devices without a file." };
    private readonly Option<string?> _root = DeviceOptions.Root();
    private readonly Option<bool> _json = DeviceOptions.Json();

    public ListVerb() : base("list", Summary)
    {
        foreach (Option option in (Option[])[_details, _all, _root, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description = ["Prints a line for each block device: its name, kind, size, identity (WWID), file system's UUID and mount point, with what it is made of indented below it. A device below several others stands below each. With --json one object a line."],
        Examples =
        [
            new("weir events list", "An overview."),
            new("weir events list -D", "With transport, as the original prints it."),
        ],
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_details) && run.Get(_json)) throw new UsageException("--details and --json exclude each other");
        BlockTopology topology = BlockTopology.Read(DeviceOptions.RootIn(run.Get(_root)));
        BlockDevice[] devices = [.. topology.Devices.Where(device => run.Get(_all) || device.SizeBytes > 0)];
        if (run.Get(_json))
        {
            foreach (BlockDevice device in devices) DevicePrinter.WriteJson(run.Out, topology.InfoOf(device), topology.InfoOf(topology.TopOf(device)), device);
        }
        else if (run.Get(_details))
        {
            foreach (BlockDevice device in devices)
            {
                DevicePrinter.WriteDetails(run.Out, topology.InfoOf(device), null, device.Transport);
                run.Out.WriteLine("");
            }
        }
        else
        {
            WriteTree(run.Out, topology, devices);
        }

        return Task.FromResult(ExitCode.Done);
    }

    private static void WriteTree(OutputBuffer output, BlockTopology topology, BlockDevice[] devices)
    {
        var rows = new List<string[]> { (string[])["NAME", "TYPE", "SIZE", "WWID", "UUID", "MOUNTED"] };
        foreach (BlockDevice top in devices.Where(device => topology.HoldersOf(device).Count == 0)) Add(top, 0);
        TextTable.Write(output, rows, [2]);

        void Add(BlockDevice device, int depth)
        {
            BlockInfo info = topology.InfoOf(device);
            rows.Add([new string(' ', depth * 2) + (device.OtherName is { } other ? $"{other} ({device.Name})" : device.Name), Names.Of(device.Type), Size(device.SizeBytes), info.Wwid, info.Uuid ?? "", info.MountPoint ?? ""]);
            if (depth == 32) return;
            foreach (string name in device.Parent is { } parent ? device.Slaves.Insert(0, parent) : device.Slaves)
            {
                if (topology.FindName(name) is { } below) Add(below, depth + 1);
            }
        }
    }

    private static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        double size = bytes;
        int unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{size:0.#} {units[unit]}");
    }
}
