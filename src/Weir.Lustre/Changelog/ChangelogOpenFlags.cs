namespace Weir.Lustre.Changelog;

/// <summary>The bits of a record's open flags that say what was asked for (the MDT's, not open(2)'s).</summary>
[Flags]
public enum ChangelogOpenFlags : uint
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
    Truncate = 0x200,
    Append = 0x400,
}

/// <summary>Open flags as <c>lfs changelog</c> prints them.</summary>
public static class ChangelogOpenMode
{
    /// <summary>Three letters, <c>rw-</c>; an open for execution is <c>--x</c> whatever else it asks for; <c>---</c>: nothing of the kind.</summary>
    public static ReadOnlySpan<byte> Utf8(uint openFlags)
    {
        var flags = (ChangelogOpenFlags)openFlags;
        if ((flags & ChangelogOpenFlags.Execute) != 0) return "--x"u8;
        bool writes = (flags & (ChangelogOpenFlags.Write | ChangelogOpenFlags.Truncate | ChangelogOpenFlags.Append)) != 0;
        return ((flags & ChangelogOpenFlags.Read) != 0, writes) switch
        {
            (true, true) => "rw-"u8,
            (true, false) => "r--"u8,
            (false, true) => "-w-"u8,
            _ => "---"u8,
        };
    }

    /// <summary>The flags that the letters stand for.</summary>
    public static bool TryParse(ReadOnlySpan<byte> mode, out uint openFlags)
    {
        openFlags = 0;
        if (mode.Length != 3) return false;
        for (int i = 0; i < 3; i++)
        {
            if (mode[i] == '-') continue;
            if (mode[i] != "rwx"u8[i]) return false;
            openFlags |= 1u << i;
        }

        return true;
    }
}
