using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>Drives that share one matrix of sets.</summary>
public sealed class DrivePool
{
    private readonly Drive?[][] _drives;

    internal DrivePool(FormatJson format, int number)
    {
        Format = format;
        Number = number;
        _drives = [.. format.Sets.Select(set => new Drive?[set.Count])];
    }

    /// <summary>The pool as its drives describe it; "this" in it is that of any of them.</summary>
    public FormatJson Format { get; }

    public int Number { get; }

    public int SetCount => _drives.Length;

    public int SetSize => _drives[0].Length;

    public int DriveCount => _drives.Sum(set => set.Length);

    public int OnlineCount => _drives.Sum(set => set.Count(drive => drive is not null));

    /// <summary>Whether more than half of the pool's drives agree on what it is: what writing takes.</summary>
    public bool HasQuorum => 2 * OnlineCount > DriveCount;

    /// <summary>The drives of a set by position; null where none was given.</summary>
    public IReadOnlyList<Drive?> Set(int set) => _drives[set];

    internal bool TryPlace(Drive drive)
    {
        ref Drive? place = ref _drives[drive.Set][drive.Position];
        if (place is not null) return false;
        place = drive;
        return true;
    }
}
