namespace Weir.Feed;

/// <summary>What a topic holds at one moment.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="FirstId">The first record that can be read; <see cref="RecordId.Zero"/> when there is none.</param>
/// <param name="LastId">The last id ever given, also when its record is trimmed; <see cref="RecordId.Zero"/> when none was.</param>
/// <param name="Count">Records that can be read.</param>
/// <param name="SizeBytes">Bytes on disk or in memory that the topic takes.</param>
/// <param name="Durability">In words, what a durable append to this topic guarantees.</param>
public sealed record TopicInfo(string Topic, RecordId FirstId, RecordId LastId, long Count, long SizeBytes, string Durability);
