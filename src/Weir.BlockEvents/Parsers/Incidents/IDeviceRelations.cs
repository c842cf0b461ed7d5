namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>What is known of two devices.</summary>
public enum DeviceRelation : byte
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>One stands on the other, or both are one.</summary>
    Related,

    /// <summary>A failure of one is none of the other's.</summary>
    Unrelated,
}

/// <summary>Says whether one device stands on another, so that what follows from a failure is linked to it. Topology knows; names alone know a little.</summary>
public interface IDeviceRelations
{
    /// <summary>What is known of two devices, in either order.</summary>
    /// <param name="one">As lines name it: <c>sda1</c>, <c>dm-0</c>, <c>8:48</c>, <c>6:0:0:0</c>, <c>ata1</c>.</param>
    /// <param name="other">As lines name it.</param>
    DeviceRelation Of(string one, string other);
}
