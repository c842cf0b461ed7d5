using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Health.Healing;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Lab.Disks;
using Weir.Lab.Drives;

namespace Weir.Health.Tests.Healing;

/// <summary>A tree of drives in a temporary directory, a feed in memory, and the repairs on both, which may be restarted.</summary>
internal sealed class HealStand : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-health-").FullName;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public HealStand(int data = 4, int parity = 2, int drives = 0)
    {
        Tree = DriveTree.Create(new() { Directory = Path.Combine(_directory, "drives"), Data = data, Parity = parity, Drives = drives });
        Pacer = new(new ScanPolicy(), TimeProvider.System);
        Pools = new(new() { Pools = [new("pool0", Tree.Drives)], Disk = LocalDriveStore.Instance, WorkTimeout = TimeSpan.FromMinutes(5), LookTimeout = TimeSpan.FromMinutes(2) }, Pacer, NullLogger.Instance);
        Engine = new(new() { Directory = "/feed", Disk = Disk.Main, Time = TimeProvider.System });
        Feed = Engine;
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public SimulatedDisk Disk { get; } = new();

    public DriveTree Tree { get; }

    public Pacer Pacer { get; }

    public PoolSet Pools { get; }

    public LogEngine Engine { get; }

    /// <summary>What the repairs get as their feed.</summary>
    public IFeedEngine Feed { get; set; }

    public PolicyStore Policies { get; private set; } = null!;

    public HealService Heals { get; private set; } = null!;

    public LiveRule Live { get; set; } = LiveRule.Never;

    public TimeSpan SightingInterval { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan SettleTime { get; set; } = TimeSpan.FromMinutes(10);

    public string StateDirectory => Path.Combine(_directory, "state");

    /// <summary>Changes what the repairs work with.</summary>
    public Func<HealServiceOptions, HealServiceOptions> Configure { get; set; } = options => options;

    /// <summary>Reads what there is; <see cref="Run"/> begins to work on it.</summary>
    public async Task OpenAsync()
    {
        Policies ??= await PolicyStore.OpenAsync(Engine, TimeProvider.System, cancellationToken: Ct);
        Heals = await HealService.OpenAsync(
            Configure(new()
            {
                Feed = Feed,
                Pools = Pools,
                Policies = Policies,
                StateDirectory = StateDirectory,
                Live = Live,
                SettleTime = SettleTime,
                SightingInterval = SightingInterval,
                TrustsCache = true,
                Random = new(1),
            }),
            Ct);
    }

    public async Task StartAsync()
    {
        await OpenAsync();
        Run();
    }

    public void Run()
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        _running = Heals.RunAsync(_stop.Token);
    }

    /// <summary>Ends it in order.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Heals is not null) await Heals.DisposeAsync();
    }

    public Task PolicyAsync(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Policies.PutAsync(PolicyKind.Heal, document.RootElement.Clone(), "test", isDryRun: false, Ct);
    }

    /// <summary>Takes all drives away, or puts them back.</summary>
    public Task DrivesAsync(bool areThere)
    {
        string drives = Path.Combine(_directory, "drives"), away = Path.Combine(_directory, "away");
        Directory.Move(areThere ? away : drives, areThere ? drives : away);
        return Pools.CheckAsync(Ct);
    }

    public MadeVersion Put(string path, int bytes, bool isVersioned = false)
    {
        byte[] content = new byte[bytes];
        new Random(path.Length + bytes).NextBytes(content);
        return Tree.Put(ObjectName.Parse(path), new MemoryStream(content), new() { IsVersioned = isVersioned });
    }

    public void Damage(MadeVersion version, DriveDamageKind kind, params int[] drives)
    {
        var damage = new DriveDamage(new Random(1));
        foreach (int drive in drives) Assert.NotNull(damage.Inject(kind, Tree.Drives[drive], version));
    }

    public async Task<ObjectVerdict> LookAsync(ObjectName name, VerifyMode mode = VerifyMode.Deep)
    {
        DrivePool pool = DriveTopology.Discover(Tree.Drives).Pools[0];
        using var queues = new DriveQueues(new() { Timeout = TimeSpan.FromMinutes(5) });
        using var examiner = new ObjectExaminer(queues);
        return await examiner.ExamineAsync(pool, name.ChooseSet(pool.Format), name, new() { Mode = mode, TrustsCache = true, ChecksETag = true }, Ct);
    }

    public static HealRequest Request(MadeVersion version, HealthPriority priority = HealthPriority.Normal) => new() { Bucket = version.Name.Bucket, Object = version.Name.Key, Priority = priority };

    /// <summary>Waits until a repair is as it should be.</summary>
    public async Task<HealStatus> UntilAsync(string id, Func<HealStatus, bool> isSo, bool waitsForIt = false)
    {
        for (DateTime end = DateTime.UtcNow.AddSeconds(120); ;)
        {
            HealStatus? status = Heals.Find(id);
            if (status is null && !waitsForIt) throw new InvalidOperationException($"There is no {id}.");
            if (status is not null && isSo(status)) return status;
            if (DateTime.UtcNow > end) throw new TimeoutException($"{id} is {status?.State} {status?.Error} {Heals.Blocked}");
            await Task.Delay(10, Ct);
        }
    }

    public Task<HealStatus> UntilEndedAsync(string id) => UntilAsync(id, status => status.EndedAt is not null);

    /// <summary>The records of a topic.</summary>
    public async Task<List<Record>> RecordsAsync(string topic)
    {
        var records = new List<Record>();
        await using ITopicCursor cursor = Engine.OpenCursor(topic, RecordId.Zero);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(Ct);
            if (page.IsEmpty) return records;
            foreach (RecordView record in page) records.Add(record.ToRecord());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Pools.Dispose();
        Pacer.Dispose();
        Policies?.Dispose();
        _stop.Dispose();
        await Engine.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
