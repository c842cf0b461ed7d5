using Weir.Coordinator.Importing;
using Weir.Feed.Redis;

namespace Weir.Server.Coordinator;

/// <summary>The Redis server of an existing deployment.</summary>
internal sealed class CoordinatoolRedis(RedisHashReader reader) : ICoordinatoolHashes
{
    public IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ReadAsync(string hash, CancellationToken cancellationToken = default) => reader.ReadAsync(hash, cancellationToken);
}
