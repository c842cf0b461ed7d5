using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Health.Pools;

namespace Weir.Health.Healing;

/// <content>Drives that were replaced by empty ones.</content>
public sealed partial class HealService
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private long _lookedGeneration;

    /// <summary>
    /// Asks for the rebuilding of empty drives, where that is wanted: only of those with a file system of their own, and only where it is clear
    /// which lost drive they replace.
    /// </summary>
    private void LookForEmptyDrives()
    {
        if (!_options.ReplacesEmptyDrives || _options.Pools.View is not { } view || view.Generation == _lookedGeneration) return;
        _lookedGeneration = view.Generation;
        foreach (Drive drive in view.Topology.Drives.Where(drive => drive.State == DriveState.Unformatted))
        {
            string? problem = WhyNotReplaced(view, drive);
            if (problem is null)
            {
                lock (_gate)
                {
                    if (_log.IsFull || IsFull) continue;
                    var request = new HealRequest { Bucket = "", Object = "", Drive = drive.Files.Root, Priority = HealthPriority.Critical, Mode = HealMode.Background, Reason = "a drive was replaced" };
                    Admit(request, HealJson.Check(request), source: null);
                }

                _log.Wake();
                _work.Set();
            }
            else if (_told.Add($"{drive.Path} {problem}")) HealthLog.NotReplaced(_options.Logger, drive.Path, problem);
        }
    }

    private string? WhyNotReplaced(PoolView view, Drive drive)
    {
        if (!_options.IsMountPoint(drive.Files.Root)) return "it has no file system of its own: it may be where a drive did not come up";
        try
        {
            _ = Replacement.Find(view.Topology, drive.Path, driveId: null);
            return null;
        }
        catch (DriveFileException error)
        {
            return error.Message;
        }
    }
}
