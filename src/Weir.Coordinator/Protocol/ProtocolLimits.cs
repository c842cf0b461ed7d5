namespace Weir.Coordinator.Protocol;

/// <summary>How much of a peer's input is held before it is refused.</summary>
public sealed record ProtocolLimits
{
    public static ProtocolLimits Default { get; } = new();

    /// <summary>The longest string, in bytes after its escapes are resolved.</summary>
    public const int MaxStringBytes = 64 * 1024;

    /// <summary>The deepest nesting; the message itself is the first level.</summary>
    public const int MaxDepth = 8;

    /// <summary>A string as it stands in a message takes at most six bytes (<c>\u0000</c>) for each byte it means.</summary>
    internal const int MaxEncodedStringBytes = 6 * MaxStringBytes;

    /// <summary>The longest message, in bytes. Lists that are read item by item do not count; of those, each item may be this long.</summary>
    public int MaxMessageBytes { get; init; } = 1024 * 1024;
}
