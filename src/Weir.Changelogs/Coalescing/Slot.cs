using System.Runtime.InteropServices;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Coalescing;

/// <summary>What becomes of a record in the window.</summary>
internal enum SlotState : byte
{
    /// <summary>Not looked at yet. <see cref="Slot.File"/>, <see cref="Slot.Parent"/> and <see cref="Slot.SourceParent"/> are hashes of fids.</summary>
    Pending,

    /// <summary>Counts, and waits to be given out. These members are numbers of files in the table, or <see cref="FileTable.None"/>.</summary>
    Held,

    /// <summary>Given out or left out; its bytes are free when all older ones are.</summary>
    Gone,
}

/// <summary>What stands before each record in the window's ring.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Slot
{
    public const int Bytes = 24;

    /// <summary>The next older record of the same file; see <see cref="RecordWindow.OlderOfFile"/>.</summary>
    public int Older;
    public int File;
    public int Parent;
    public int SourceParent;
    public ChangelogType Type;
    public ushort Length;
    public SlotState State;

    /// <summary>A rename over another file: keeps its file from being left out.</summary>
    public bool Overwrites;
}
