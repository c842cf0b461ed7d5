namespace Weir.BlockEvents.Events;

/// <summary>What kind of block device it is; the names stand so in the JSON of events.</summary>
public enum BlockType : byte
{
    /// <summary>It could not be found out.</summary>
    Unknown,

    /// <summary>A SCSI disk, also SATA and USB.</summary>
    Scsi,

    /// <summary>An NVMe namespace.</summary>
    Nvme,

    /// <summary>A device-mapper device of no kind named below.</summary>
    Dm,

    /// <summary>A multipath device.</summary>
    DmMultipath,

    /// <summary>A logical volume.</summary>
    DmLvm,

    /// <summary>An encrypted device.</summary>
    DmCrypt,

    /// <summary>A software RAID array.</summary>
    Md,

    /// <summary>A loop device.</summary>
    Loop,

    /// <summary>A partition of another device.</summary>
    Partition,

    /// <summary>Anything else.</summary>
    Other,
}
