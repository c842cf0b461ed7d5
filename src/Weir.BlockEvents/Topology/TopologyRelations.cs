using Weir.BlockEvents.Parsers.Incidents;

namespace Weir.BlockEvents.Topology;

/// <summary>Which devices belong together, by the devices there are; by their names where they are not known.</summary>
internal sealed class TopologyRelations(IDeviceResolver resolver) : IDeviceRelations
{
    private const int MostKept = 4096;

    private readonly Dictionary<(string, string), DeviceRelation> _kept = [];
    private long _keptAt;

    /// <inheritdoc/>
    public DeviceRelation Of(string one, string other)
    {
        // Devices change seldom, and a storm asks often.
        if (_kept.Count >= MostKept || Environment.TickCount64 - _keptAt > 1000)
        {
            _kept.Clear();
            _keptAt = Environment.TickCount64;
        }

        if (!_kept.TryGetValue((one, other), out DeviceRelation relation)) _kept[(one, other)] = relation = Find(one, other);
        return relation;
    }

    private DeviceRelation Find(string one, string other)
    {
        DeviceRelation byName = NameRelations.Instance.Of(one, other);
        if (byName == DeviceRelation.Related) return byName;
        ResolvedDevice first = resolver.Resolve(one, "", null), second = resolver.Resolve(other, "", null);
        if (first.Name.Length == 0 || second.Name.Length == 0) return byName;
        bool isSame = first.Device.Path == second.Device.Path || first.Device.Owners.Any(owner => owner.Path == second.Device.Path) || second.Device.Owners.Any(owner => owner.Path == first.Device.Path);
        return isSame ? DeviceRelation.Related : DeviceRelation.Unrelated;
    }
}
