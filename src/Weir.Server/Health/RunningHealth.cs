using Microsoft.Extensions.Logging;
using Weir.Erasure.Drives.Disks;
using Weir.Feed;
using Weir.Health;
using Weir.Health.Healing;
using Weir.Health.Issues;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Health.Scanning;

namespace Weir.Server.Health;

/// <summary>Drives, scanner and healer while they work.</summary>
internal sealed class RunningHealth : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Pacer _pacer;
    private readonly PoolSet _pools;
    private readonly IssueBook _issues;
    private readonly HealService _heals;

    private RunningHealth(Pacer pacer, PoolSet pools, IssueBook issues, ScanService scans, HealService heals, TimeProvider time)
    {
        _pacer = pacer;
        _pools = pools;
        _issues = issues;
        _heals = heals;
        Parts = new(scans, issues, heals, new InventoryView(scans.Inventory), () => pools.Drives);
        Completion = RunAsync(scans, new BackOff(pacer, new LinuxDriveLoads(), time));
    }

    public HealthParts Parts { get; }

    /// <summary>Why not all of the work is done; null where it is.</summary>
    public string? Problem => _heals.Blocked;

    /// <summary>Ends when the work does, with what failed.</summary>
    public Task Completion { get; }

    /// <exception cref="FeedException">The feed cannot be read.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public static async Task<RunningHealth> StartAsync(HealthSettings settings, IFeedEngine feed, IPolicies policies, int eventBuffer, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        string StateOf(string part) => Path.Combine(settings.StateDirectory, part);
        var pacer = new Pacer(policies, time);
        var pools = new PoolSet(new() { Pools = settings.Pools, CheckInterval = settings.DriveCheckInterval, Disk = LocalDriveStore.Instance, Time = time }, pacer, logger);
        IssueBook? issues = null;
        try
        {
            await pools.CheckAsync(cancellationToken).ConfigureAwait(false);
            issues = await IssueBook.OpenAsync(feed, new() { StateDirectory = StateOf("issues"), Policies = policies, Time = time, Logger = logger }, cancellationToken).ConfigureAwait(false);
            var scans = new ScanService(feed, pools, pacer, policies, issues, new() { StateDirectory = StateOf("scans"), EventBuffer = eventBuffer, Time = time, Logger = logger });
            HealService heals = await HealService.OpenAsync(new() { Feed = feed, Pools = pools, Policies = policies, StateDirectory = StateOf("heals"), ReplacesEmptyDrives = settings.ReplacesEmptyDrives, Time = time, Logger = logger }, cancellationToken).ConfigureAwait(false);
            return new(pacer, pools, issues, scans, heals, time);
        }
        catch
        {
            if (issues is not null) await issues.DisposeAsync().ConfigureAwait(false);
            pools.Dispose();
            pacer.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _heals.DisposeAsync().ConfigureAwait(false);
        await _issues.DisposeAsync().ConfigureAwait(false);
        _pools.Dispose();
        _pacer.Dispose();
        _ending.Dispose();
    }

    /// <summary>When one part fails, the others end too.</summary>
    private async Task RunAsync(ScanService scans, BackOff backOff)
    {
        Task[] parts =
        [
            Task.Run(() => _pools.RunAsync(_ending.Token)), Task.Run(() => backOff.RunAsync(_pools.Paths, _ending.Token)), Task.Run(() => scans.RunAsync(_ending.Token)), Task.Run(() => _heals.RunAsync(_ending.Token)),
        ];
        await Task.WhenAny(parts).ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(parts).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!Array.Exists(parts, part => part.IsFaulted))
        {
            // Told to stop.
        }
    }
}
