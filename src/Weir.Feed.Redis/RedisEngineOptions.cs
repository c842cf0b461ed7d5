using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.Feed.Redis;

/// <summary>How a feed on Redis is opened.</summary>
public sealed record RedisEngineOptions
{
    public required RedisUrl Url { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>How long a request is tried again while the server is gone, starting or failing over, before it fails.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>To connect, encrypt and log in.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A server that owes a reply and sends nothing for this long is taken for dead.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long replicas may take where <see cref="RedisUrl.WaitReplicas"/> asks for them.</summary>
    public TimeSpan WaitTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
