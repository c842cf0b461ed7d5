using Weir.Feed;

namespace Weir.Health.Healing.Storing;

/// <summary>The places in topics up to which a snapshot of the repairs is complete; it may know more.</summary>
/// <param name="Events">Of <see cref="HealthTopics.Events"/>.</param>
/// <param name="Requests">Of <see cref="HealthTopics.Requests"/>.</param>
/// <param name="Issues">Of <see cref="HealthTopics.Issues"/>.</param>
/// <param name="NextNumber">What the next job is numbered.</param>
internal readonly record struct HealPlaces(RecordId Events, RecordId Requests, RecordId Issues, long NextNumber);

/// <summary>A snapshot cannot be used.</summary>
internal sealed class HealSnapshotException(string message) : Exception(message);
