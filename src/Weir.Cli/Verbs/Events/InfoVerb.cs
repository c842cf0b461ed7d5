using System.CommandLine;
using Weir.BlockEvents.Topology;
using Weir.Cli.Help;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Events;

/// <summary><c>weir events info</c>: what is known of one block device.</summary>
internal sealed class InfoVerb : Verb
{
    public const string Summary = "Say which device a name means, and what stands on it.";

    private readonly Argument<string> _block = new("BLOCK")
    {
        Description = "The device: 8:0, sda, /dev/sda or any link to it, a WWID, a file system's UUID or mount point, a SCSI address (6:0:0:0), ata1.00, an NVMe controller with or without its namespace (nvme0, nvme0n1), a device-mapper name, a loop device's file.",
    };
    private readonly Option<string?> _root = DeviceOptions.Root();
    private readonly Option<bool> _json = DeviceOptions.Json();

    public InfoVerb() : base("info", Summary)
    {
        Arguments.Add(_block);
        Options.Add(_root);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints the device's identity that stays (WWID), its names, what its transport says of the way to it, the file system on it, what stands on it at the top, and all devices underneath. It reads sysfs and the mount table, and of a device that udev knows nothing of also its superblock, for the file system's UUID.",
        ],
        Examples =
        [
            new("weir events info sda", "By the kernel's name."),
            new("weir events info 8:48", "As device mapper's messages name it."),
            new("weir events info /mnt/data --json", "What is below a mount point, for a program."),
        ],
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        BlockTopology topology = BlockTopology.Read(DeviceOptions.RootIn(run.Get(_root)));
        string text = run.Get(_block);
        BlockDevice device = DeviceFinder.Find(topology, text) ?? DeviceFinder.Find(topology, SymbolicLink(text))
            ?? throw new IOException($"There is no block device '{text}' here; 'weir events list' shows those there are.");
        var hierarchy = topology.InfoOf(topology.TopOf(device));
        if (run.Get(_json)) DevicePrinter.WriteJson(run.Out, topology.InfoOf(device), hierarchy, device);
        else DevicePrinter.WriteDetails(run.Out, topology.InfoOf(device), hierarchy, device.Transport);
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>Where a link of somebody's own leads; the text itself when it is none.</summary>
    private static string SymbolicLink(string text)
    {
        if (!text.StartsWith('/')) return text;
        try
        {
            return File.ResolveLinkTarget(text, returnFinalTarget: true)?.FullName ?? text;
        }
        catch (IOException)
        {
            return text;
        }
    }
}
