namespace Weir.BlockEvents.Topology;

/// <summary>
/// The devices as they are now and as they were: a device that is gone when its line is read is still named. Told by <see cref="UeventListener"/>,
/// or by whoever calls <see cref="Reload"/>. Safe to call from many threads.
/// </summary>
public sealed class TopologyTracker : IDeviceResolver
{
    /// <summary>A line may be a little older than the kernel's message of the device that it names.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SystemRoot _root;
    private readonly TimeProvider _time;
    private readonly VanishedDevices _vanished = new();
    private readonly Dictionary<string, DateTimeOffset> _appeared = new(StringComparer.Ordinal);
    private readonly SuperblockProber? _prober;
    private BlockTopology _current;
    private long _generation;

    /// <summary>Reads all devices.</summary>
    /// <param name="root">From where.</param>
    /// <param name="time">The clock.</param>
    public TopologyTracker(SystemRoot root, TimeProvider? time = null) : this(root, time, null)
    {
    }

    /// <param name="root">From where.</param>
    /// <param name="time">The clock.</param>
    /// <param name="prober">Who is asked for superblocks; by default the devices of this machine, and nobody where the tree is another's.</param>
    internal TopologyTracker(SystemRoot root, TimeProvider? time, SuperblockProber? prober)
    {
        ArgumentNullException.ThrowIfNull(root);
        _root = root;
        _time = time ?? TimeProvider.System;
        _prober = prober ?? (root.IsLive ? SuperblockProber.Live : null);
        IReadOnlyList<BlockDevice> devices = BlockTopology.ReadDevices(root);
        // One that hangs is not waited for here; it is asked again by the first reading of all.
        _current = new(_prober?.Complete(devices, SuperblockProber.Patience) ?? devices, MountTable.Read(root.MountInfo));
    }

    /// <summary>Called after the devices or mounts have changed, from the thread that found out.</summary>
    public event Action? Changed;

    /// <summary>The devices now.</summary>
    public BlockTopology Current => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>Reads everything again.</summary>
    public void Reload()
    {
        lock (_lock)
        {
            IReadOnlyList<BlockDevice> devices = BlockTopology.ReadDevices(_root);
            List<BlockDevice> asked = [.. devices.Where(IsAsked)];
            Replace(new(devices.Select(Known), MountTable.Read(_root.MountInfo)));
            Ask(asked);
        }
    }

    /// <summary>Reads some devices again, and what is mounted. No device is waited for: what a superblock says comes when it answers.</summary>
    /// <param name="names">Devices that came, changed or went.</param>
    public void Update(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        lock (_lock)
        {
            MountTable mounts = MountTable.Read(_root.MountInfo);
            var reader = new DeviceReader(_root);
            Dictionary<string, BlockDevice> devices = _current.Devices.ToDictionary(device => device.Name, StringComparer.Ordinal);
            var asked = new List<BlockDevice>();
            foreach (string name in names)
            {
                if (reader.Read(name) is not { } device)
                {
                    devices.Remove(name);
                    continue;
                }

                if (IsAsked(device)) asked.Add(device);
                devices[name] = Known(device);
            }

            // A file system made without udev's knowledge shows itself when it is mounted.
            if (_prober is not null) asked.AddRange(devices.Values.Where(device => IsNewlyMounted(device, mounts) && !asked.Exists(other => other.Name == device.Name) && FileSystems.MayBeAsked(device)));
            Replace(new(devices.Values, mounts));
            Ask(asked);
        }

        bool IsNewlyMounted(BlockDevice device, MountTable mounts) =>
            mounts.Find(device.Number, [device.KernelPath, device.Path]) is { } mounted && _current.Mounts.Find(device.Number, [device.KernelPath, device.Path]) != mounted;
    }

    /// <inheritdoc/>
    public ResolvedDevice Resolve(string name, string kernelKey, DateTimeOffset? at)
    {
        BlockTopology current = Current;
        BlockDevice? found = DeviceFinder.FindKernelKey(current, kernelKey) ?? DeviceFinder.Find(current, name);
        lock (_lock)
        {
            bool isTooYoung = found is not null && at is { } time && _appeared.TryGetValue(found.Name, out DateTimeOffset appeared) && appeared > time + Slack;
            if (found is null || isTooYoung)
            {
                if (_vanished.Find(name, kernelKey) is { } vanished) return vanished;
            }
        }

        return found is null ? ResolvedDevice.None : ResolvedDevice.Of(current, found);
    }

    private bool IsAsked(BlockDevice device) => _prober is not null && FileSystems.IsUntold(device);

    /// <summary>The device with what is known of its file system until it answers.</summary>
    private BlockDevice Known(BlockDevice device) =>
        device.Uuid is null && _prober is not null && _current.FindName(device.Name) is { Uuid: not null } before && IsSame(before, device) ? device with { Uuid = before.Uuid, FileSystem = before.FileSystem } : device;

    private void Ask(List<BlockDevice> devices)
    {
        foreach (BlockDevice device in devices) _prober!.Ask(device.KernelPath, found => Answered(device, found));
    }

    private void Answered(BlockDevice asked, (string Uuid, string Type)? found)
    {
        lock (_lock)
        {
            if (_current.FindName(asked.Name) is not { } now || !IsSame(asked, now)) return;
            BlockDevice next = found is null ? now with { Uuid = asked.Uuid, FileSystem = asked.FileSystem } : now with { Uuid = found.Value.Uuid, FileSystem = found.Value.Type };
            if (next.Uuid == now.Uuid && next.FileSystem == now.FileSystem) return;
            Replace(new(_current.Devices.Select(device => device.Name == next.Name ? next : device), _current.Mounts));
        }
    }

    private void Replace(BlockTopology next)
    {
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            foreach (BlockDevice device in _current.Devices)
            {
                BlockDevice? after = next.FindName(device.Name);
                if (after is not null && IsSame(device, after)) continue;
                _vanished.Add(device, ResolvedDevice.Of(_current, device));
                _appeared.Remove(device.Name);
                if (after is not null) _appeared[device.Name] = now;
            }

            foreach (BlockDevice device in next.Devices)
            {
                if (_current.FindName(device.Name) is null) _appeared[device.Name] = now;
            }

            Volatile.Write(ref _current, next);
            Interlocked.Increment(ref _generation);
        }

        Changed?.Invoke();
    }

    /// <summary>Whether a name still means the same thing.</summary>
    private static bool IsSame(BlockDevice before, BlockDevice after) =>
        before.Number == after.Number && before.Wwid == after.Wwid && before.Incarnation == after.Incarnation && before.SysPath == after.SysPath
        && before.BackingFile == after.BackingFile;
}
