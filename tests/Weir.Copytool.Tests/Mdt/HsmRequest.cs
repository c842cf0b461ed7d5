namespace Weir.Copytool.Tests.Mdt;

/// <summary>Numbers as the copytool API has them.</summary>
internal enum MdtAction
{
    Archive = 20,
    Restore = 21,
    Remove = 22,
    Cancel = 23,
}

/// <summary>A request as the metadata target keeps it.</summary>
internal sealed class HsmRequest(long cookie, MdtAction action, uint objectId)
{
    public const long Sequence = 0x200000401;

    public long Cookie { get; } = cookie;

    public MdtAction Action { get; } = action;

    public uint ObjectId { get; } = objectId;

    public string Fid => $"0x{Sequence:x}:0x{ObjectId:x}:0x0";

    /// <summary>Whether an agent was given it.</summary>
    public bool IsSent { get; set; }

    /// <summary>Whoever began it last and has not ended it.</summary>
    public object? Worker { get; set; }

    /// <summary>Whoever ended it.</summary>
    public object? EndedBy { get; set; }

    public int BeginCount { get; set; }

    /// <summary>How often it was ended, whatever the metadata target answered.</summary>
    public int EndCount { get; set; }

    public bool IsEnded { get; set; }

    public bool IsCancelled { get; set; }

    public int Error { get; set; }
}
