namespace Weir.Feed.Redis;

/// <summary>How the servers behind a URL belong together.</summary>
public enum RedisMode
{
    /// <summary>One server.</summary>
    Single = 0,

    /// <summary>A master that Sentinels watch and name.</summary>
    Sentinel = 1,

    /// <summary>Redis Cluster: each topic on the master of its slot.</summary>
    Cluster = 2,
}
