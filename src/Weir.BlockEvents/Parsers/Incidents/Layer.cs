using Weir.BlockEvents.Events;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>Where in the stack an event happens. What happens further down is the cause of what happens above it.</summary>
internal enum Layer : byte
{
    /// <summary>A command that the device itself refused with a reason (sense data, a status).</summary>
    Device,

    /// <summary>The way to the device: Fibre Channel, iSCSI, a controller.</summary>
    Transport,

    /// <summary>A command that failed.</summary>
    Command,

    /// <summary>Aborts, resets, devices taken offline.</summary>
    Recovery,

    /// <summary>md, device-mapper, bcache.</summary>
    Volume,

    /// <summary>Buffers of the block layer.</summary>
    Buffer,

    /// <summary>File systems and journals.</summary>
    FileSystem,

    /// <summary>Tasks that wait.</summary>
    Task,
}

/// <summary>Finds the layer of a rule's events.</summary>
internal static class Layers
{
    public static Layer Of(Rule rule) => rule.Part switch
    {
        "ata" or "scsi-command" or "io" => Layer.Command,
        "transport" or "nvme-controller" or "nvme-fabrics" or "nvme-timeout" => Layer.Transport,
        "buffer" or "beyond-end" or "suppressed" => Layer.Buffer,
        "writeback" or "fs-io" or "fs-error" or "fs-abort" or "fs-checksum" or "fs-corruption" => Layer.FileSystem,
        "hung" => Layer.Task,
        "md-failure" or "md-read" or "bcache" or "path" => Layer.Volume,
        _ => OfSubSystem(rule.SubSystem),
    };

    /// <summary>Whether a line of the rule begins an incident where there is none.</summary>
    public static bool BeginsIncident(Rule rule) => rule.EventType is not null && rule.Severity <= Severity.Warning && (rule.Part is not null || rule.Severity <= Severity.Error);

    private static Layer OfSubSystem(string subSystem) => subSystem switch
    {
        "SCSI" or "ATA" or "USB-storage" or "MMC" => Layer.Recovery,
        "NVMe" or "FC" or "iSCSI" => Layer.Transport,
        "block" => Layer.Buffer,
        "MD" or "DM" or "multipath" or "bcache" or "LVM-ThinProvisioning" or "DM-DirtyLog" => Layer.Volume,
        _ => Layer.FileSystem,
    };
}
