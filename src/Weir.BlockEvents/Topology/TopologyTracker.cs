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
    private BlockTopology _current;

    /// <summary>Reads all devices.</summary>
    /// <param name="root">From where.</param>
    /// <param name="time">The clock.</param>
    public TopologyTracker(SystemRoot root, TimeProvider? time = null)
    {
        _root = root;
        _time = time ?? TimeProvider.System;
        _current = BlockTopology.Read(root);
    }

    /// <summary>Called after the devices or mounts have changed, from the thread that found out.</summary>
    public event Action? Changed;

    /// <summary>The devices now.</summary>
    public BlockTopology Current => Volatile.Read(ref _current);

    /// <summary>Reads everything again.</summary>
    public void Reload() => Replace(BlockTopology.Read(_root));

    /// <summary>Reads some devices again, and what is mounted.</summary>
    /// <param name="names">Devices that came, changed or went.</param>
    public void Update(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        lock (_lock)
        {
            MountTable mounts = MountTable.Read(_root.MountInfo);
            var reader = new DeviceReader(_root);
            Dictionary<string, BlockDevice> devices = _current.Devices.ToDictionary(device => device.Name, StringComparer.Ordinal);
            foreach (string name in names)
            {
                if (reader.Read(name) is not { } device) devices.Remove(name);
                else devices[name] = _root.IsLive ? FileSystems.Complete(device) : device;
            }

            // A file system made without udev's knowledge shows itself when it is mounted.
            if (_root.IsLive)
            {
                foreach (BlockDevice device in devices.Values.Where(device => IsNewlyMounted(device, mounts)).ToArray())
                    devices[device.Name] = FileSystems.Complete(device with { Uuid = null, FileSystem = null }) is { Uuid: not null } complete ? complete : device;
            }

            Replace(new(devices.Values, mounts));
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
        }

        Changed?.Invoke();
    }

    /// <summary>Whether a name still means the same thing.</summary>
    private static bool IsSame(BlockDevice before, BlockDevice after) =>
        before.Number == after.Number && before.Wwid == after.Wwid && before.Incarnation == after.Incarnation && before.SysPath == after.SysPath
        && before.BackingFile == after.BackingFile;
}
