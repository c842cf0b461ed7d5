using System.Globalization;
using Weir.Feed.Disks;

namespace Weir.Lab.Disks;

/// <summary>
/// A disk in memory with exact crash semantics, deterministic by its seed. Every file has what the page cache shows and what is
/// on the platter; directory entries are durable after <see cref="IDisk.SyncDirectory"/> only. Each call that changes
/// something has a number, and <see cref="Faults"/> says which of them fails, is torn, or is where the power goes.
/// </summary>
/// <remarks>
/// The disk serves processes (<see cref="StartProcess"/>); used as an <see cref="IDisk"/> itself, it is its <see cref="Main"/>
/// process. After a scripted power loss the machine is down, and every call of any process fails, until <see cref="PowerOn"/>.
/// Handles, locks and watches of a dead process stay dead for ever.
/// </remarks>
public sealed partial class SimulatedDisk : IDisk
{
    private readonly Lock _gate = new();
    private readonly int _seed;
    private readonly List<SimulatedProcess> _processes = [];
    private readonly DirectoryTree _tree;
    private int _boots;

    /// <param name="seed">Decides what survives a power loss where the fault leaves it open.</param>
    public SimulatedDisk(int seed = 0) : this(seed, new DirectoryTree(), 0) { }

    private SimulatedDisk(int seed, DirectoryTree tree, int boots)
    {
        _seed = seed;
        _tree = tree;
        _boots = boots;
        BootId = NewBootId();
        Main = StartProcess("main");
    }

    /// <summary>What goes wrong.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>What was called.</summary>
    public DiskTrace Trace { get; } = new();

    /// <summary>The process whose calls are made through this object itself; a new one after each crash.</summary>
    public SimulatedProcess Main { get; private set; }

    /// <summary>Changes with every power loss.</summary>
    public string BootId { get; private set; }

    /// <summary>How many bytes all files together may have; a write beyond it is cut short and fails.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>How many bytes all files together have.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate) return Used();
        }
    }

    public long FreeBytes
    {
        get
        {
            lock (_gate) return Free();
        }
    }

    /// <summary>Every change fails with EROFS, as after the kernel has remounted a damaged file system.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>A scripted power loss has happened, and nobody has turned the machine on again.</summary>
    public bool IsDown { get; private set; }

    /// <summary>How many changing operations there were.</summary>
    public long Operations { get; private set; }

    /// <summary>How many looking operations there were.</summary>
    public long Looks { get; private set; }

    /// <summary>Starts a process that uses the disk.</summary>
    /// <param name="name">For the trace.</param>
    public SimulatedProcess StartProcess(string name)
    {
        lock (_gate)
        {
            var process = new SimulatedProcess(this, name);
            _processes.Add(process);
            return process;
        }
    }

    /// <summary>The power goes and comes back: the platter's content is all there is, and all processes are dead.</summary>
    public void PowerLoss(Unsynced unsynced = Unsynced.Lost)
    {
        lock (_gate)
        {
            LosePower(unsynced);
            Restart();
        }
    }

    /// <summary>Kills the main process (and starts a new one): what was written stays in the page cache.</summary>
    public void KillProcess()
    {
        lock (_gate)
        {
            Trace.Add("the main process is killed");
            Main.Die();
            Main = StartProcess("main");
        }
    }

    /// <summary>The machine runs again after a scripted power loss, or a scripted kill of the main process.</summary>
    public void PowerOn()
    {
        lock (_gate) Restart();
    }

    /// <summary>A disk with the same content in cache and on platter, without processes, faults and trace.</summary>
    public SimulatedDisk Clone()
    {
        lock (_gate)
            return new SimulatedDisk(_seed, _tree.Clone(), _boots - 1) { CapacityBytes = CapacityBytes };
    }

    /// <summary>Flips one bit of a file, in the cache and on the platter.</summary>
    public void FlipBit(string path, long offset, int bit)
    {
        lock (_gate) Existing(path).FlipBit(offset, bit);
    }

    /// <summary>Clean pages are forgotten, so that reads see the platter.</summary>
    public void DropCaches()
    {
        lock (_gate)
            foreach ((_, FileNode file) in _tree.Files()) file.DropCache();
    }

    /// <summary>Every file's path, in ordinal order.</summary>
    public IReadOnlyList<string> Files()
    {
        lock (_gate) return [.. _tree.Files().Select(static f => f.Path)];
    }

    /// <summary>A file's content as processes see it.</summary>
    public byte[] Content(string path)
    {
        lock (_gate) return Existing(path).Content.ToArray();
    }

    /// <summary>Replaces a file's content, in the cache and on the platter, as somebody outside the program would.</summary>
    public void Overwrite(string path, ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            FileNode file = Existing(path);
            file.Truncate(content.Length);
            file.Write(content, 0);
            file.Sync();
        }
    }

    internal void Kill(SimulatedProcess process)
    {
        lock (_gate)
        {
            Trace.Add($"{process.Name} is killed");
            process.Die();
        }
    }

    private FileNode Existing(string path) => _tree.FindFile(DirectoryTree.Normalize(path)) ?? throw DiskErrors.Missing(path);

    private long Free() => CapacityBytes == long.MaxValue ? long.MaxValue : CapacityBytes - Used();

    /// <summary>Lock files count as empty: what stands in them tells of this process, and a run would depend on it.</summary>
    private long Used() => _tree.Files().Where(static f => !f.File.IsLock).Sum(static f => f.File.Length);

    private void LosePower(Unsynced unsynced)
    {
        Trace.Add($"power loss, unsynced: {unsynced}");
        _tree.Root.LosePower(unsynced, new Random(unchecked((_seed * 1_000_003) + (_boots * 8_191) + (int)Operations)));
        foreach (SimulatedProcess process in _processes) process.Die();
        _processes.Clear();
        BootId = NewBootId();
        IsDown = true;
    }

    private void Restart()
    {
        IsDown = false;
        if (!Main.IsAlive) Main = StartProcess("main");
    }

    private string NewBootId() => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-8000-{(uint)_seed:x8}{++_boots & 0xffff:x4}");
}
