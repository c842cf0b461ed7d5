using Weir.Lab.Disks;

namespace Weir.Simulation.Tests.Feed;

/// <summary>What goes wrong with the disk, drawn from the seed: single errors in bad spells, and crashes at some operation ahead.</summary>
internal sealed class Weather(Random random)
{
    private long _untilCrash = long.MaxValue;
    private Unsynced _unsynced;
    private bool _isKill;
    private double _errorRate;

    /// <summary>Where the next flush waits.</summary>
    public FlushGate? Gate { get; set; }

    /// <summary>Nothing goes wrong while the simulation itself looks.</summary>
    public bool IsPaused { get; set; }

    public void BecomeBad() => _errorRate = random.NextDouble() * 0.2;

    public void BecomeGood()
    {
        _errorRate = 0;
        _untilCrash = long.MaxValue;
    }

    public void ForecastCrash(Unsynced unsynced, bool isKill)
    {
        _untilCrash = random.Next(1, 40);
        _unsynced = unsynced;
        _isKill = isKill;
    }

    public DiskFault? FaultOf(DiskOperation operation)
    {
        if (IsPaused) return null;
        if (operation.Kind == DiskOperationKind.Sync) Gate?.Pass();
        if (!operation.IsLook && --_untilCrash <= 0)
        {
            _untilCrash = long.MaxValue;
            int bytes = random.Next(3) switch { 0 => 0, 1 => int.MaxValue, _ => MayBeTorn(operation) ? random.Next(1, 200) : 0 };
            return _isKill ? DiskFault.KillWithin(bytes) : DiskFault.PowerLossWithin(bytes, _unsynced);
        }

        if (_errorRate == 0 || random.NextDouble() >= (operation.IsLook ? _errorRate / 10 : _errorRate)) return null;
        DiskError error = random.Next(3) switch { 0 => DiskError.Io, 1 => DiskError.NoSpace, _ => DiskError.ReadOnlyFileSystem };
        return DiskFault.Fail(error, MayBeTorn(operation) && random.Next(2) == 0 ? random.Next(1, 150) : 0);
    }

    /// <summary>The published end is written over in place, within one page: neither a kill nor an error leaves half of it.</summary>
    private static bool MayBeTorn(DiskOperation operation) =>
        operation.Kind == DiskOperationKind.Write && !operation.Path.EndsWith("/tail", StringComparison.Ordinal);
}
