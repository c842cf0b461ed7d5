using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Events;

/// <summary>Which action an event is about, and what was last known of it.</summary>
internal readonly ref struct ActionFacts
{
    public ReadOnlySpan<byte> Fid { get; init; }

    public ReadOnlySpan<byte> Action { get; init; }

    public ReadOnlySpan<byte> Status { get; init; }

    public bool HasIndex { get; init; }

    public uint CatalogIndex { get; init; }

    public uint RecordIndex { get; init; }

    /// <summary>0 for none.</summary>
    public ulong Cookie { get; init; }

    public static ActionFacts From(in ActionLine line) => new()
    {
        Fid = line.Fid,
        Action = line.ActionText,
        Status = line.StatusText,
        HasIndex = true,
        CatalogIndex = line.CatalogIndex,
        RecordIndex = line.RecordIndex,
        Cookie = line.Cookie,
    };
}

/// <summary>The times that an event carries, in unix seconds.</summary>
/// <param name="Now">When the event is made.</param>
/// <param name="FirstSeen">When the action was first seen.</param>
/// <param name="StatusSince">Since when it has its status.</param>
internal readonly record struct EventTimes(long Now, long FirstSeen, long StatusSince);
