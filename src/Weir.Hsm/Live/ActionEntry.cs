using System.Runtime.InteropServices;
using Weir.Feed;
using Weir.Lustre;

namespace Weir.Hsm.Live;

/// <summary>
/// One live action, in 80 bytes without a reference, so that millions of them cost the collector nothing and a snapshot can
/// write them as they lie in memory. The layout is part of the snapshot's format: docs/hsm-stream.md.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct ActionEntry
{
    /// <summary>0 for none.</summary>
    public ulong Cookie;

    /// <summary>Of the last line (<see cref="LineHash"/>); 0 forces the line to be looked at again.</summary>
    public ulong RawHash;

    /// <summary>With <see cref="FidObject"/> and <see cref="FidVersion"/> the fid, where <see cref="EntryFlags.BinaryFid"/> says so.</summary>
    public ulong FidSequence;
    public uint FidObject;
    public uint FidVersion;

    /// <summary>With <see cref="StateSequence"/> the id of the action's last NEW or UPDATE.</summary>
    public ulong StateMilliseconds;
    public ulong StateSequence;

    public uint CatalogIndex;
    public uint RecordIndex;

    /// <summary>Unix seconds, like the two after it.</summary>
    public uint FirstSeen;
    public uint StatusSince;
    public uint LastEvent;

    public uint ArchiveId;

    /// <summary>The action whose line follows in the file, or the next free entry; -1 for none.</summary>
    public int Next;

    public HsmAction Action;
    public HsmStatus Status;
    public EntryFlags Flags;

    /// <summary>In which poll the action's line was last seen; meaningful during a poll only.</summary>
    public byte Seen;

    public readonly bool HasCookie => Cookie != 0;

    public readonly bool IsCancel => Action == HsmAction.Cancel;

    public readonly bool HasIndex => (Flags & EntryFlags.HasIndex) != 0;

    public readonly ulong Place => ((ulong)CatalogIndex << 32) | RecordIndex;

    public RecordId LastState
    {
        readonly get => new(StateMilliseconds, StateSequence);
        set => (StateMilliseconds, StateSequence) = (value.Milliseconds, value.Sequence);
    }
}

/// <summary>What an entry is, beyond its fields.</summary>
[Flags]
internal enum EntryFlags : byte
{
    None = 0,

    /// <summary>An action lives here.</summary>
    InUse = 1,

    /// <summary>Catalog and record index are known.</summary>
    HasIndex = 2,

    /// <summary>The fid is in its binary members; otherwise its text stands beside the table.</summary>
    BinaryFid = 4,

    /// <summary>Action or status is no name of the kernel's; its text stands beside the table.</summary>
    OddNames = 8,

    /// <summary>The shipper missed it in one snapshot that could not be trusted.</summary>
    AbsentOnce = 16,

    /// <summary>Its identity stood twice in one file, so its lines are weighed at the file's end.</summary>
    Repeated = 32,

    /// <summary>Its topic has lost it; it is to be shipped as new.</summary>
    Unshipped = 64,
}
