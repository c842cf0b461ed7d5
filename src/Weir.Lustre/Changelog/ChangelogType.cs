namespace Weir.Lustre.Changelog;

/// <summary>What a changelog record tells of (<c>cr_type</c>). Records of numbers that are not here are read and kept too.</summary>
public enum ChangelogType : uint
{
    /// <summary>A change of the changelog itself: started, stopped, purged.</summary>
    Mark = 0,
    Create = 1,
    MakeDirectory = 2,
    HardLink = 3,
    SymbolicLink = 4,
    MakeNode = 5,
    Unlink = 6,
    RemoveDirectory = 7,
    Rename = 8,

    /// <summary>The second of the two records that Lustre 2.0 wrote for a rename: where to.</summary>
    RenameTo = 9,
    Open = 10,
    Close = 11,
    Layout = 12,
    Truncate = 13,
    SetAttributes = 14,
    SetXattr = 15,
    Hsm = 16,
    ModifyTime = 17,
    ChangeTime = 18,
    AccessTime = 19,
    Migrate = 20,
    FlrWrite = 21,
    Resync = 22,
    GetXattr = 23,

    /// <summary>An open that was denied.</summary>
    DeniedOpen = 24,
}
