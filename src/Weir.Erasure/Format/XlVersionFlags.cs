namespace Weir.Erasure.Format;

/// <summary>Flags of a version header in xl.meta.</summary>
[Flags]
public enum XlVersionFlags : byte
{
    None = 0,

    /// <summary>Not a version that clients see: what is left to be cleaned up in a remote tier.</summary>
    FreeVersion = 1,

    /// <summary>The data lies in a directory of its own.</summary>
    UsesDataDir = 2,

    /// <summary>The shard lies in xl.meta itself.</summary>
    InlineData = 4,
}
