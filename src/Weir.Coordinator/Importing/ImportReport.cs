using System.Globalization;

namespace Weir.Coordinator.Importing;

/// <summary>What an import came to.</summary>
/// <param name="Queued">Requests taken in that wait now.</param>
/// <param name="Running">Requests taken in as running at an agent, which has its grace time to come.</param>
/// <param name="Known">Requests that were known already.</param>
/// <param name="Skipped">Entries that are no request, or for which there is no room.</param>
public sealed record ImportReport(long Queued, long Running, long Known, long Skipped)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Queued} requests queued, {Running} running, {Known} known already, {Skipped} passed over");
}
