using System.Collections.Concurrent;

namespace Weir.Erasure.Drives;

/// <summary>What had to be rebuilt while an object was read, and why, part by part and shard by shard.</summary>
public sealed class RebuildLedger
{
    private readonly ConcurrentDictionary<(int Part, int Shard), string> _damaged = new();
    private readonly ConcurrentDictionary<(int Part, int Shard), RebuiltShard> _rebuilt = new();

    /// <summary>Shards with blocks that were rebuilt, in order.</summary>
    public IReadOnlyList<RebuiltShard> Shards => [.. _rebuilt.Values.OrderBy(shard => shard.Part).ThenBy(shard => shard.Shard)];

    internal void Damaged(int part, int shard, string fault) => _damaged.TryAdd((part, shard), fault);

    internal void Rebuilt(int part, int shard, string? fault)
    {
        RebuiltShard entry = _rebuilt.GetOrAdd((part, shard), static (key, reason) => new(key.Part, key.Shard + 1, reason), fault ?? _damaged.GetValueOrDefault((part, shard)) ?? "");
        entry.AddBlock();
    }

    internal string DamageOf(int part) => string.Join("; ", _damaged.Where(entry => entry.Key.Part == part).OrderBy(entry => entry.Key.Shard).Select(entry => $"shard {entry.Key.Shard + 1}: {entry.Value}"));
}
