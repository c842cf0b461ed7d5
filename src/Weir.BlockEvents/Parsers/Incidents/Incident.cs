namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>A failure and what follows from it, while it goes on.</summary>
internal sealed class Incident(Guid id)
{
    /// <summary>The most devices that one incident remembers.</summary>
    private const int MaxDevices = 64;

    private readonly HashSet<string> _devices = new(StringComparer.Ordinal);

    public Guid Id { get; } = id;

    /// <summary>The event that everything follows from; null until it is handed on.</summary>
    public Guid? RootEventId { get; set; }

    /// <summary>The layer of that event.</summary>
    public Layer RootLayer { get; set; }

    /// <summary>Events that wait for further lines.</summary>
    public List<Failure> Waiting { get; } = [];

    /// <summary>Events that were one too many.</summary>
    public long DroppedCount { get; set; }

    /// <summary>When the last line came, in microseconds.</summary>
    public long LastAt { get; set; }

    /// <summary>When the first event that waits came; null when none waits.</summary>
    public long? WaitingSince { get; set; }

    /// <summary>Whether an ATA port's error handling goes on.</summary>
    public bool IsRecovering { get; set; }

    /// <summary>Whether the way to devices failed, so that several disks may be in one incident.</summary>
    public bool IsTransport { get; set; }

    public void Add(string device)
    {
        if (device.Length > 0 && _devices.Count < MaxDevices) _devices.Add(NameRelations.DiskOf(device));
    }

    /// <returns>Whether no device is left.</returns>
    public bool Remove(string device) => _devices.Remove(NameRelations.DiskOf(device)) && _devices.Count == 0;

    public bool Has(string device) => _devices.Contains(NameRelations.DiskOf(device));

    /// <summary>What is known of a device and those of the incident together.</summary>
    public DeviceRelation RelationOf(string device, IDeviceRelations relations)
    {
        string disk = NameRelations.DiskOf(device);
        if (_devices.Contains(disk)) return DeviceRelation.Related;
        var found = DeviceRelation.Unknown;
        foreach (string mine in _devices)
        {
            DeviceRelation relation = relations.Of(device, mine);
            if (relation == DeviceRelation.Related) return relation;
            if (relation == DeviceRelation.Unrelated && !IsTransport) found = relation;
        }

        return found;
    }
}
