namespace Weir.Hsm.Maintenance;

/// <summary>What a shipper's maintenance did.</summary>
/// <param name="Orphans">Actions that were live by the topics and in no file; they were purged.</param>
/// <param name="Missing">Actions of the files that the topics did not tell of; the next poll ships them.</param>
/// <param name="Topics">How far each topic was trimmed.</param>
public sealed record MaintenanceReport(long Orphans, long Missing, IReadOnlyList<TopicRound> Topics)
{
    public long Removed => Topics.Sum(topic => topic.Removed);
}
