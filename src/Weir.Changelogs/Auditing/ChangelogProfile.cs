using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Auditing;

/// <summary>What a consumer of changelogs is after.</summary>
/// <param name="Name">As command lines and configurations name it.</param>
/// <param name="Mask">The records it needs.</param>
/// <param name="Coalesces">Whether it needs states rather than every event.</param>
public sealed record ChangelogProfile(string Name, ChangelogMask Mask, bool Coalesces)
{
    /// <summary>Who opened what, who was denied it, who read which extended attribute: for a SIEM.</summary>
    public static ChangelogProfile Audit { get; } = new("audit", MaskOf(ChangelogType.DeniedOpen, ChangelogType.Open, ChangelogType.GetXattr), Coalesces: false);

    /// <summary>What a database that mirrors the file system needs to stay in step.</summary>
    public static ChangelogProfile Database { get; } = new("db", ChangelogMask.Default, Coalesces: true);

    public static IReadOnlyList<ChangelogProfile> All { get; } = [Audit, Database];

    private static ChangelogMask MaskOf(params ReadOnlySpan<ChangelogType> types)
    {
        ulong bits = 0;
        foreach (ChangelogType type in types) bits |= 1UL << (int)type;
        return new(bits);
    }
}
