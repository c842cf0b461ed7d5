namespace Weir.BlockEvents.Events;

/// <summary>Which events are wanted. What is not given takes all.</summary>
public sealed record EventFilter
{
    /// <summary>Takes every event.</summary>
    public static EventFilter All { get; } = new();

    /// <summary>Events at least as bad as this.</summary>
    public Severity Severity { get; init; } = Severity.Debug;

    /// <summary>Of these sub-systems, in any case.</summary>
    public IReadOnlyList<string> SubSystems { get; init; } = [];

    /// <summary>Of these types, in any case; one with * at its end takes all that start so.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    /// <summary>About a device that has one of these names: WWID, path, UUID, mount point or the kernel's name, of the device itself, what stands on it, or what it is made of.</summary>
    public IReadOnlyCollection<string> Devices { get; init; } = [];

    /// <summary>Not of these types.</summary>
    public IReadOnlyList<string> ExceptTypes { get; init; } = [];

    /// <summary>Whether it wants the event.</summary>
    public bool Matches(StorageEvent one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return MatchesKind(one.Severity, one.SubSystem, one.EventType)
            && (Devices.Count == 0 || Devices.Contains(one.KernelDevice) || HasDevice(one.Device) || HasDevice(one.Hierarchy));
    }

    /// <summary>Whether a type may be wanted, before the event is read.</summary>
    public bool MayMatchType(string type) => (EventTypes.Count == 0 || HasType(EventTypes, type)) && !HasType(ExceptTypes, type);

    /// <summary>Whether it wants such events, whatever their device.</summary>
    internal bool MatchesKind(Severity severity, string subSystem, string eventType) =>
        severity <= Severity && (SubSystems.Count == 0 || SubSystems.Contains(subSystem, StringComparer.OrdinalIgnoreCase)) && MayMatchType(eventType);

    private static bool HasType(IReadOnlyList<string> types, string type)
    {
        foreach (string wanted in types)
        {
            if (wanted.EndsWith('*') ? type.StartsWith(wanted[..^1], StringComparison.OrdinalIgnoreCase) : type.Equals(wanted, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private bool HasDevice(BlockInfo info) => IsNamed(info.Wwid) || IsNamed(info.Path) || IsNamed(info.PreferredPath) || IsNamed(info.Uuid) || IsNamed(info.MountPoint)
        || (info.Path.StartsWith("/dev/", StringComparison.Ordinal) && IsNamed(info.Path[5..])) || info.Owners.Any(HasDevice);

    private bool IsNamed(string? name) => !string.IsNullOrEmpty(name) && Devices.Contains(name);
}
