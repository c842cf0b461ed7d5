namespace Weir.BlockEvents.Topology;

/// <summary>
/// Asks devices for their superblocks, each on a thread of its own, since a device that hangs does not answer and cannot be told to: nobody waits for it but
/// that thread. What is asked of a device that has not answered yet is asked once more when it has. At most <see cref="MostAtOnce"/> are asked at a time.
/// </summary>
/// <param name="read">Reads the superblock of a path; null when there is none, or it cannot be read.</param>
internal sealed class SuperblockProber(Func<string, (string Uuid, string Type)?> read)
{
    /// <summary>Devices that may hang before no other is asked.</summary>
    public const int MostAtOnce = 32;

    /// <summary>How long who wants all answers waits for them; a healthy device needs milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Action<(string Uuid, string Type)?>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Devices of this machine.</summary>
    public static SuperblockProber Live { get; } = new(Superblock.Read);

    /// <summary>Asks a device.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="answered">Takes the answer, on another thread. Of several that wait for one device only the last is called.</param>
    public void Ask(string path, Action<(string Uuid, string Type)?> answered)
    {
        lock (_lock)
        {
            _waiting[path] = answered;
            Begin(path);
        }
    }

    /// <summary>The devices with what their superblocks say, as far as they answer in time.</summary>
    public IReadOnlyList<BlockDevice> Complete(IReadOnlyList<BlockDevice> devices, TimeSpan patience)
    {
        var complete = devices.ToArray();
        int[] asked = [.. Enumerable.Range(0, complete.Length).Where(i => FileSystems.IsUntold(complete[i]))];
        int left = asked.Length;
        var gate = new object();
        foreach (int i in asked)
        {
            Ask(devices[i].KernelPath, found =>
            {
                lock (gate)
                {
                    complete[i] = FileSystems.With(devices[i], found);
                    if (--left == 0) Monitor.Pulse(gate);
                }
            });
        }

        lock (gate)
        {
            if (left > 0) Monitor.Wait(gate, patience);
            return [.. complete];
        }
    }

    private void Begin(string path)
    {
        if (_asked.Count >= MostAtOnce || !_waiting.ContainsKey(path) || !_asked.Add(path)) return;
        _waiting.Remove(path, out Action<(string Uuid, string Type)?>? answered);
        new Thread(() => Run(path, answered!), 256 * 1024) { IsBackground = true, Name = "weir-superblock" }.Start();
    }

    private void Run(string path, Action<(string Uuid, string Type)?> answered)
    {
        (string Uuid, string Type)? found = read(path);
        lock (_lock)
        {
            _asked.Remove(path);
            foreach (string next in _waiting.Keys.ToArray()) Begin(next);
        }

        answered(found);
    }
}
