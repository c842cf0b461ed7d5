namespace Weir.Erasure.Drives.Healing;

/// <summary>An object that is to be repaired, as the journal keeps it.</summary>
/// <param name="Pool">Its pool's number.</param>
/// <param name="Set">The set that it lies in.</param>
/// <param name="Name">The object.</param>
/// <param name="Margin">How many more positions it may lose.</param>
/// <param name="ReadBytes">Bytes of shards that will be read.</param>
/// <param name="WriteBytes">Bytes of shards that will be written.</param>
/// <param name="MemoryBytes">What its repair holds in memory at once.</param>
/// <param name="SeenAt">When it was judged.</param>
/// <param name="Sighting">What it lacked then: see <see cref="ObjectPlan.Sighting"/>.</param>
public sealed record PlannedObject(int Pool, int Set, ObjectName Name, int Margin, long ReadBytes, long WriteBytes, long MemoryBytes, DateTimeOffset SeenAt, string Sighting);
