using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <summary>One request in a status list.</summary>
/// <param name="Key">Its cookie and data fid.</param>
/// <param name="Action">What it asks for.</param>
/// <param name="ArchiveId">Where it belongs.</param>
/// <param name="Flags">Of the list that it came in.</param>
/// <param name="Data">Valid until the core is called again.</param>
public readonly record struct RequestSummary(RequestKey Key, HsmAction Action, uint ArchiveId, ulong Flags, ReadOnlyMemory<byte> Data);
