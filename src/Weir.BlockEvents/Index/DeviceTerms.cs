using System.Text;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Index;

/// <summary>
/// The names by which a filter may ask for an event's device, as numbers: FNV-1a of 32 bits. Two names may share one, so an event that is found by it is looked at again.
/// </summary>
internal static class DeviceTerms
{
    /// <summary>The most that an index keeps of one event; one with more has to be looked at.</summary>
    public const int Most = 1024;

    /// <summary>The terms of an event's device, what stands on it and what these are made of; in order, each once.</summary>
    public static uint[] Of(StorageEvent one)
    {
        var terms = new SortedSet<uint>();
        Add(terms, one.KernelDevice);
        Add(terms, one.Device);
        Add(terms, one.Hierarchy);
        return [.. terms];
    }

    /// <summary>The term of a name.</summary>
    public static uint Of(string name)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 16777619;
        return hash;
    }

    private static void Add(SortedSet<uint> terms, BlockInfo info)
    {
        Add(terms, info.Wwid);
        Add(terms, info.Path);
        Add(terms, info.PreferredPath);
        Add(terms, info.Uuid);
        Add(terms, info.MountPoint);
        if (info.Path.StartsWith("/dev/", StringComparison.Ordinal)) Add(terms, info.Path[5..]);
        foreach (BlockInfo owner in info.Owners) Add(terms, owner);
    }

    private static void Add(SortedSet<uint> terms, string? name)
    {
        if (!string.IsNullOrEmpty(name)) terms.Add(Of(name));
    }
}
