using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>A directory of a set while the walk is near it.</summary>
internal sealed class WalkNode(string path, ushort drives, WalkNodeKind kind)
{
    /// <summary>Directories with more names than this are listed once more, by themselves.</summary>
    public const int SmallNames = 2048;

    /// <summary>What is kept of a large directory at a time: as many as fill what is doubled as it grows.</summary>
    public const int LargeNames = (64 << 10) - 1;

    private NameWindow? _names;

    /// <summary>Below each drive's root, with the bucket first; "" is the root.</summary>
    public string Path => path;

    /// <summary>The positions that have it, bit by position.</summary>
    public ushort Drives => drives;

    public WalkNodeKind Kind => kind;

    /// <summary>The name that a continued listing begins after.</summary>
    public byte[]? After { get; init; }

    /// <summary>Whether the directory that it is in is an object's.</summary>
    public bool IsBelowObject { get; init; }

    /// <summary>Whether only what is below it is wanted.</summary>
    public bool IsSilent { get; init; }

    /// <summary>What each position showed, once it was visited.</summary>
    public Visit[]? Visits { get; set; }

    /// <summary>The visit that it is part of.</summary>
    public WalkBatch? Batch { get; set; }

    /// <summary>Of a <see cref="WalkNodeKind.List"/>: what the names are kept in; null for new.</summary>
    public NameMemory? Memory { get; set; }

    /// <summary>Of a <see cref="WalkNodeKind.Names"/>: the next name.</summary>
    public int NextName { get; set; }

    public WalkNode? Next { get; set; }

    /// <summary>The names in it; made by the first drive that has any.</summary>
    public NameWindow Names
    {
        get
        {
            if (Volatile.Read(ref _names) is { } names) return names;
            var made = new NameWindow(kind == WalkNodeKind.Visit ? SmallNames : LargeNames, After, Memory);
            return Interlocked.CompareExchange(ref _names, made, null) ?? made;
        }

        init => _names = value;
    }

    public bool HasNames => Volatile.Read(ref _names) is not null;

    /// <summary>Whether any drive has metadata there.</summary>
    public bool IsObject => Visits is not null && Array.Exists(Visits, visit => visit.State is VisitState.Whole or VisitState.Odd);
}

/// <summary>What is to be done with a node.</summary>
internal enum WalkNodeKind : byte
{
    /// <summary>It may be an object, or hold some.</summary>
    Visit,

    /// <summary>It is listed and nothing else: the root, a bucket, a directory with very many names.</summary>
    List,

    /// <summary>It is not a directory, but stands for names that are not nodes yet.</summary>
    Names,
}
