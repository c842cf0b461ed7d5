using System.Text;

namespace Weir.BlockEvents.Topology;

/// <summary>What the kernel says when a device comes, changes or goes (lib/kobject_uevent.c).</summary>
/// <param name="Action">add, change, remove, move, …</param>
/// <param name="Subsystem">block, scsi, nvme, …</param>
/// <param name="DeviceName">The kernel's name of the device: the last part of its path.</param>
public readonly record struct Uevent(string Action, string Subsystem, string DeviceName)
{
    /// <summary>Reads <c>ACTION@PATH</c> and the variables behind it, each ended by a zero byte.</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out Uevent uevent)
    {
        uevent = default;
        int at = message.IndexOf((byte)'@'), end = message.IndexOf((byte)0);
        if (at < 1 || end < at) return false;
        ReadOnlySpan<byte> path = message[(at + 1)..end];
        string action = Encoding.UTF8.GetString(message[..at]), name = Encoding.UTF8.GetString(path[(path.LastIndexOf((byte)'/') + 1)..]), subsystem = "";
        for (ReadOnlySpan<byte> rest = message[(end + 1)..]; !rest.IsEmpty;)
        {
            int length = rest.IndexOf((byte)0);
            ReadOnlySpan<byte> variable = length < 0 ? rest : rest[..length];
            if (variable.StartsWith("SUBSYSTEM="u8)) subsystem = Encoding.UTF8.GetString(variable["SUBSYSTEM="u8.Length..]);
            rest = length < 0 ? default : rest[(length + 1)..];
        }

        uevent = new(action, subsystem, name);
        return name.Length > 0;
    }
}
