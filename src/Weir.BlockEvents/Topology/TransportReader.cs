using System.Collections.Immutable;

namespace Weir.BlockEvents.Topology;

/// <summary>What sysfs says of the way to a SCSI disk or NVMe namespace: FC, iSCSI, SAS, ATA, NVMe. The first names are Peripety's.</summary>
internal static class TransportReader
{
    public static ImmutableSortedDictionary<string, string> Read(SystemRoot root, string sysPath, string? controller)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        string[] parts = sysPath.Split('/');
        string? Part(string prefix) => Array.Find(parts, part => part.Length > prefix.Length && part.StartsWith(prefix, StringComparison.Ordinal) && char.IsAsciiDigit(part[prefix.Length]));
        string classes = Path.Combine(root.Sys, "class");
        string? host = Part("host");
        if (controller is not null) ReadNvme(Path.Combine(classes, "nvme", controller), controller, found);
        else if (Part("rport-") is { } port) ReadFibreChannel(classes, port, host, found);
        else if (Part("session") is { } session) ReadIscsi(classes, session, found);
        else if (Part("end_device-") is { } end) ReadSas(classes, end, found);
        else if (Part("ata") is not null) found["transport"] = "ATA";
        else if (Part("usb") is not null) found["transport"] = "USB";
        if (host is not null)
        {
            found["host"] = host;
            Note(found, "driver_name", Path.Combine(classes, "scsi_host", host, "proc_name"));
        }

        return found.ToImmutable();
    }

    /// <summary>One text for the way, as Peripety writes it; empty when nothing is known.</summary>
    public static string IdOf(ImmutableSortedDictionary<string, string> transport)
    {
        string Find(string name) => transport.GetValueOrDefault(name, "");
        return Find("transport") switch
        {
            "FC" => $"{Find("host_wwpn")},{Find("target_wwpn")}",
            "iSCSI" => $"{Find("address")},{Find("port")},{Find("tpgt")},{Find("target_name")},{Find("iface_name")}",
            "SAS" => Find("sas_address"),
            { } nvme when nvme.StartsWith("NVMe", StringComparison.Ordinal) => Find("address"),
            _ => "",
        };
    }

    private static void ReadFibreChannel(string classes, string port, string? host, ImmutableSortedDictionary<string, string>.Builder found)
    {
        found["transport"] = "FC";
        found["rport"] = port;
        string remote = Path.Combine(classes, "fc_remote_ports", port);
        Note(found, "target_wwpn", Path.Combine(remote, "port_name"));
        Note(found, "target_wwnn", Path.Combine(remote, "node_name"));
        Note(found, "rport_state", Path.Combine(remote, "port_state"));
        if (host is null) return;
        string local = Path.Combine(classes, "fc_host", host);
        Note(found, "host_wwpn", Path.Combine(local, "port_name"));
        Note(found, "speed", Path.Combine(local, "speed"));
        Note(found, "port_state", Path.Combine(local, "port_state"));
    }

    private static void ReadIscsi(string classes, string session, ImmutableSortedDictionary<string, string>.Builder found)
    {
        found["transport"] = "iSCSI";
        found["session"] = session;
        string at = Path.Combine(classes, "iscsi_session", session);
        Note(found, "target_name", Path.Combine(at, "targetname"));
        Note(found, "tpgt", Path.Combine(at, "tpgt"));
        Note(found, "iface_name", Path.Combine(at, "ifacename"));
        Note(found, "session_state", Path.Combine(at, "state"));
        string number = session["session".Length..];
        string connections = Path.Combine(classes, "iscsi_connection");
        if (SysFile.List(connections).FirstOrDefault(name => name.StartsWith($"connection{number}:", StringComparison.Ordinal)) is not { } connection) return;
        Note(found, "address", Path.Combine(connections, connection, "address"));
        Note(found, "address", Path.Combine(connections, connection, "persistent_address"));
        Note(found, "port", Path.Combine(connections, connection, "port"));
        Note(found, "port", Path.Combine(connections, connection, "persistent_port"));
    }

    private static void ReadSas(string classes, string end, ImmutableSortedDictionary<string, string>.Builder found)
    {
        found["transport"] = "SAS";
        string device = Path.Combine(classes, "sas_device", end);
        Note(found, "sas_address", Path.Combine(device, "sas_address"));
        Note(found, "enclosure", Path.Combine(device, "enclosure_identifier"));
        Note(found, "bay", Path.Combine(device, "bay_identifier"));
        Note(found, "phy", Path.Combine(device, "phy_identifier"));
    }

    private static void ReadNvme(string at, string controller, ImmutableSortedDictionary<string, string>.Builder found)
    {
        found["transport"] = SysFile.Read(Path.Combine(at, "transport")) is { } transport ? $"NVMe-{transport}" : "NVMe";
        found["controller"] = controller;
        Note(found, "address", Path.Combine(at, "address"));
        Note(found, "subsystem_nqn", Path.Combine(at, "subsysnqn"));
        Note(found, "controller_state", Path.Combine(at, "state"));
        Note(found, "serial", Path.Combine(at, "serial"));
    }

    private static void Note(ImmutableSortedDictionary<string, string>.Builder found, string name, string path)
    {
        if (!found.ContainsKey(name) && SysFile.Read(path) is { } value) found[name] = value;
    }
}
