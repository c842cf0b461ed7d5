using System.Globalization;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>Where in the archive a file's copy lies: the two layouts of lhsmtool_posix.</summary>
public enum ArchiveLayout
{
    /// <summary>Six directories of four hex digits: the object id's two halves, low first, then the sequence's four parts, low first.</summary>
    V1,

    /// <summary>One directory: the low 16 bits of object id xor sequence.</summary>
    V2,
}

/// <summary>A copy's place: the directories below the archive's root, and its name in the last of them.</summary>
/// <param name="Directories">From the root on.</param>
/// <param name="Name">The fid, without brackets.</param>
public readonly record struct ArchivePlace(IReadOnlyList<string> Directories, string Name)
{
    /// <summary>Nothing but hex digits of the fid goes into a place, so none is outside the root.</summary>
    public static ArchivePlace Of(Fid fid, ArchiveLayout layout)
    {
        string name = fid.ToString();
        return layout == ArchiveLayout.V2
            ? new([Part(fid.ObjectId ^ fid.Sequence)], name)
            : new([Part(fid.ObjectId), Part(fid.ObjectId >> 16), Part(fid.Sequence), Part(fid.Sequence >> 16), Part(fid.Sequence >> 32), Part(fid.Sequence >> 48)], name);
    }

    /// <summary>The path below the root.</summary>
    public override string ToString() => string.Join('/', Directories.Append(Name));

    private static string Part(ulong bits) => (bits & 0xFFFF).ToString("x4", CultureInfo.InvariantCulture);
}
