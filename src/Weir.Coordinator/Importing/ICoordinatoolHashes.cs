namespace Weir.Coordinator.Importing;

/// <summary>The Redis server of an existing deployment, as far as the import needs it: whoever has a Redis client implements it by HSCAN.</summary>
public interface ICoordinatoolHashes
{
    /// <summary>Every field of a hash with its value; none when there is no such hash.</summary>
    IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ReadAsync(string hash, CancellationToken cancellationToken = default);
}
