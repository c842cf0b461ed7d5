namespace Weir.Lustre.Changelog;

/// <summary>The high four bits of <c>cr_flags</c>: which extensions follow the fixed part.</summary>
[Flags]
public enum ChangelogFormat : ushort
{
    None = 0,

    /// <summary>CLF_VERSION: marks the format, adds nothing.</summary>
    Version = 0x1000,

    /// <summary>CLF_RENAME: the renamed file and its old directory. Up to 2.5 it stands without <see cref="Version"/>.</summary>
    Rename = 0x2000,

    /// <summary>CLF_JOBID: the job that did it.</summary>
    JobId = 0x4000,

    /// <summary>CLF_EXTRA_FLAGS: <see cref="ChangelogExtra"/> and what they announce.</summary>
    ExtraFlags = 0x8000,
}

/// <summary><c>cr_extra_flags</c>: which of the later extensions are there.</summary>
[Flags]
public enum ChangelogExtra : ulong
{
    None = 0,

    /// <summary>CLFE_UIDGID: who did it.</summary>
    UidGid = 1,

    /// <summary>CLFE_NID: from which client.</summary>
    Nid = 2,

    /// <summary>CLFE_OPEN: the flags of an open.</summary>
    Open = 4,

    /// <summary>CLFE_XATTR: the name of an extended attribute.</summary>
    Xattr = 8,

    /// <summary>CLFE_NID_BE: the NID is a <c>struct lnet_nid</c>; adds nothing by itself.</summary>
    NidWide = 0x10,

    /// <summary>All that this reader knows. What another flag would add, it cannot know.</summary>
    Known = 0x1f,
}
