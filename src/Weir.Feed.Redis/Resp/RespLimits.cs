namespace Weir.Feed.Redis.Resp;

/// <summary>How much of a server's reply is taken before the connection is given up.</summary>
internal sealed record RespLimits
{
    public static RespLimits Default { get; } = new();

    /// <summary>One reply, in bytes. It holds two of the largest records, which is what describing a stream returns.</summary>
    public int MaxReplyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Arrays within arrays.</summary>
    public int MaxDepth { get; init; } = 16;
}
