using Weir.Lustre;

namespace Weir.Lab.Mdt;

/// <summary>One step in a request's life, as it happens in the simulation.</summary>
/// <param name="Mdt">The MDT's name.</param>
/// <param name="Time">Simulated.</param>
/// <param name="Action">After the step; before it when the record was deleted.</param>
/// <param name="Before">The status until now; null for a new request.</param>
/// <param name="IsDeleted">Whether the record is gone.</param>
public readonly record struct ActionChange(string Mdt, DateTimeOffset Time, TrueAction Action, HsmStatus? Before, bool IsDeleted);
