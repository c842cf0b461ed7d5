namespace Weir.Health.Pacing;

/// <summary>What the system says of how busy drives are.</summary>
public interface IDriveLoads
{
    /// <summary>The counters of the device below a drive; null where it has none that the system counts.</summary>
    DriveCounters? Read(string drivePath);

    /// <summary>The part of the last ten seconds in which some process waited for a disk (PSI), 0 to 1; null where the system does not say.</summary>
    double? Pressure();
}

/// <summary>Counters of a block device since the system's start (Linux, Documentation/admin-guide/iostats).</summary>
/// <param name="Device">As <c>8:16</c>; drives that share one share its counters.</param>
/// <param name="Calls">Reads and writes that ended.</param>
/// <param name="Bytes">Bytes read and written.</param>
/// <param name="BusyMs">Milliseconds in which anything was under way.</param>
/// <param name="WaitMs">Milliseconds that all reads and writes took together.</param>
public readonly record struct DriveCounters(string Device, long Calls, long Bytes, long BusyMs, long WaitMs);
