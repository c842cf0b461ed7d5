namespace Weir.Feed;

/// <summary>How safe a record is when its append returns.</summary>
public enum AppendDurability
{
    /// <summary>On stable storage (as far as the engine's own configuration goes; see <see cref="TopicInfo.Durability"/>).</summary>
    Durable = 0,

    /// <summary>
    /// Handed over. It becomes durable, and visible to readers, with the next <see cref="IFeedEngine.SyncAsync"/>, durable append
    /// to the topic, or orderly shutdown.
    /// </summary>
    Buffered = 1,
}

/// <summary>What an append asks for beyond the records themselves.</summary>
/// <param name="Durability">How safe the records are when the call returns.</param>
/// <param name="ExpectedLastId">Append only when the topic's last id is this one (<see cref="RecordId.Zero"/>: nothing was ever appended).</param>
public readonly record struct AppendOptions(AppendDurability Durability = AppendDurability.Durable, RecordId? ExpectedLastId = null);
