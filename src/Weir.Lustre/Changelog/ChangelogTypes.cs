using System.Collections.Frozen;
using System.Text;

namespace Weir.Lustre.Changelog;

/// <summary>The names of record types as Lustre prints them.</summary>
public static class ChangelogTypes
{
    /// <summary>How many types have a name.</summary>
    public const int Count = 25;

    private static readonly byte[][] Names =
    [
        .. new[]
        {
            "MARK", "CREAT", "MKDIR", "HLINK", "SLINK", "MKNOD", "UNLNK", "RMDIR", "RENME", "RNMTO", "OPEN", "CLOSE", "LYOUT", "TRUNC", "SATTR",
            "XATTR", "HSM", "MTIME", "CTIME", "ATIME", "MIGRT", "FLRW", "RESYNC", "GXATR", "NOPEN",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    private static readonly FrozenDictionary<string, ChangelogType> ByName = Enumerable.Range(0, Count)
        .ToFrozenDictionary(type => Encoding.ASCII.GetString(Names[type]), type => (ChangelogType)type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The type's name, e.g. <c>CREAT</c>; empty for a number without one.</summary>
    public static ReadOnlySpan<byte> Utf8(ChangelogType type) => (uint)type < Count ? Names[(uint)type] : default;

    /// <summary>The type's name; <c>TYPE99</c> for a number without one.</summary>
    public static string Text(ChangelogType type) => (uint)type < Count ? Encoding.ASCII.GetString(Names[(uint)type]) : $"TYPE{(uint)type}";

    /// <summary>Reads a name in any case.</summary>
    public static bool TryParse(string name, out ChangelogType type) => ByName.TryGetValue(name, out type);

    /// <summary>Reads a name exactly as Lustre prints it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out ChangelogType type)
    {
        for (type = 0; (uint)type < Count; type++)
        {
            if (name.SequenceEqual(Names[(uint)type])) return true;
        }

        return false;
    }
}
