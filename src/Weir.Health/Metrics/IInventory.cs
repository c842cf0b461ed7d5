namespace Weir.Health.Metrics;

/// <summary>What is known of all objects of the pools: what the last complete scan counted. Safe to call from many threads; answers from memory.</summary>
public interface IInventory
{
    /// <summary>Objects in all pools; null before a scan of everything has completed.</summary>
    long? Objects { get; }

    /// <summary>When the scan that counted them ended; null before one has.</summary>
    DateTimeOffset? CountedAt { get; }

    /// <summary>How many versions can lose how many more shards: the newest count of each set and bucket. Empty before there is one.</summary>
    IReadOnlyList<RedundancyRow> Redundancy { get; }
}

/// <summary>Versions of a bucket in a set that can lose equally many more shards.</summary>
/// <param name="Pool">Its number, from 0.</param>
/// <param name="Set">Its number in the pool, from 0.</param>
/// <param name="Bucket">Its name; <c>*</c> for those beyond a limit.</param>
/// <param name="Margin">Good shards that may still be lost; below 0 a server cannot read them as they are.</param>
/// <param name="Versions">How many.</param>
public sealed record RedundancyRow(int Pool, int Set, string Bucket, int Margin, long Versions);
