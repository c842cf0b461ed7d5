using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <summary>What waits of one priority class and kind of work.</summary>
/// <param name="Class">The class's name.</param>
/// <param name="Action">The kind.</param>
/// <param name="Count">Requests that wait.</param>
/// <param name="OldestSince">Since when the first of its lines that waits longest has been waiting.</param>
public sealed record ClassStatus(string Class, HsmAction Action, long Count, DateTimeOffset OldestSince);
