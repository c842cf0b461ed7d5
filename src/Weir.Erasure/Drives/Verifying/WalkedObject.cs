namespace Weir.Erasure.Drives.Verifying;

/// <summary>An object that the walk came by, before it is looked at closer.</summary>
/// <param name="Path">"bucket/stored key".</param>
/// <param name="Stamp">Tells its metadata from what replaces it, by size and time on the first drive that has it; 0 where that is not known.</param>
/// <param name="ChangedNs">When its metadata was last changed there, in nanoseconds since 1970; 0 where that is not known.</param>
public readonly record struct WalkedObject(string Path, ulong Stamp, long ChangedNs);

/// <summary>How an object is looked at.</summary>
/// <param name="Look">In one word.</param>
/// <param name="Mark">Given back with the verdict.</param>
public readonly record struct ObjectChoice(ObjectLook Look, long Mark = 0);

/// <summary>How closely an object is looked at.</summary>
public enum ObjectLook : byte
{
    /// <summary>As the walk does.</summary>
    AsWalked,

    /// <summary>Only where the walk shows that something is wrong; otherwise it is passed by.</summary>
    Skip,

    /// <summary>As <see cref="VerifyMode.Normal"/>.</summary>
    Normal,

    /// <summary>As <see cref="VerifyMode.Deep"/>.</summary>
    Deep,
}
