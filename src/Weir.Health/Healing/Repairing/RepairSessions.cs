using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Health.Pools;

namespace Weir.Health.Healing.Repairing;

/// <summary>Takes the drives for as long as there is something to repair, and anew when they change.</summary>
internal sealed class RepairSessions(PoolSet pools, Func<IReadOnlyList<string>, IReadOnlyList<string>> findServers, RepairJournals journals, RepairOptions options) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Lock _gate = new();
    private RepairSession? _current;
    private long _checkedAt;
    private long _usedAt;
    private int _number;

    /// <summary>The drives, taken. Where they are to be taken anew this waits for the repairs that still have them.</summary>
    /// <exception cref="HealthException">There are none, or another process repairs them.</exception>
    public async Task<RepairSession> EnterAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (NeedsAnother() is { } old)
            {
                Retire();
                await old.Ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            lock (_gate)
            {
                if (_current is { } open)
                {
                    open.Users++;
                    return open;
                }
            }

            RepairSession session = await OpenAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                session.Users++;
                _current = session;
                _checkedAt = options.Time.GetTimestamp();
            }

            return session;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>A repair is done with it.</summary>
    public void Leave(RepairSession session)
    {
        lock (_gate)
        {
            _usedAt = options.Time.GetTimestamp();
            if (--session.Users > 0 || !session.IsOver) return;
        }

        session.Dispose();
    }

    /// <summary>Gives the drives back where nothing has been repaired for a while.</summary>
    public void RetireIdle()
    {
        lock (_gate)
        {
            if (_current is not { Users: 0 } || options.Time.GetElapsedTime(_usedAt) < options.IdleTime) return;
        }

        Retire();
    }

    /// <summary>Lets no repair begin with the drives as they are taken now.</summary>
    public void Retire()
    {
        RepairSession? ended;
        lock (_gate)
        {
            if (_current is null) return;
            _current.IsOver = true;
            ended = _current.Users == 0 ? _current : null;
            _current = null;
        }

        ended?.Dispose();
    }

    public void Dispose()
    {
        Retire();
        _opening.Dispose();
    }

    /// <summary>The present session, where it is not to be used any more.</summary>
    private RepairSession? NeedsAnother()
    {
        RepairSession? session;
        lock (_gate) session = _current;
        if (session is null || session.IsOutdated) return session;
        if (options.Time.GetElapsedTime(_checkedAt) < options.ServerCheckInterval) return null;
        _checkedAt = options.Time.GetTimestamp();
        return IsLive(session.Topology) == session.Options.IsLive ? null : session;
    }

    private bool IsLive(DriveTopology topology) => options.Live switch
    {
        LiveRule.Always => true,
        LiveRule.Never => false,
        _ => findServers([.. topology.Drives.Select(drive => drive.Files.Root)]).Count > 0,
    };

    private async Task<RepairSession> OpenAsync(CancellationToken cancellationToken)
    {
        PoolLease lease = await pools.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (DrivePool pool in lease.View.Topology.Pools)
            {
                if (!pool.HasQuorum) throw new HealthException(HealthProblem.Unavailable, "no_quorum", $"Only {pool.OnlineCount} of the {pool.DriveCount} drives of pool {pool.Number} are there; nothing is repaired unless more than half are.");
            }

            HealOptions heal = options.Heal with { IsLive = IsLive(lease.View.Topology), Time = options.Time };
            string run = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.RunName}-{Interlocked.Increment(ref _number)}");
            return new(lease, heal, journals, run);
        }
        catch (Exception error) when (error is DriveFileException or IOException or UnauthorizedAccessException)
        {
            lease.Dispose();
            throw new HealthException(HealthProblem.Unavailable, "drives_taken", error.Message);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }
}
