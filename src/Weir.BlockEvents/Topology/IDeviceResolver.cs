namespace Weir.BlockEvents.Topology;

/// <summary>Says which device a line means. Safe to call from many threads.</summary>
public interface IDeviceResolver
{
    /// <summary>The device.</summary>
    /// <param name="name">As the text names it; empty when it names none.</param>
    /// <param name="kernelKey">The kernel's own key, which goes before the name; empty when there is none.</param>
    /// <param name="at">When the line was written: a device that came later by the same name is not meant. Null when unknown.</param>
    ResolvedDevice Resolve(string name, string kernelKey, DateTimeOffset? at);

    /// <summary>Changes with every change of the devices: what was resolved before may be out of date.</summary>
    long Generation => 0;
}
