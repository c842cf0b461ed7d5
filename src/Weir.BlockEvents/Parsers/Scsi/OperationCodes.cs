using System.Collections.Frozen;
using System.Globalization;

namespace Weir.BlockEvents.Parsers.Scsi;

/// <summary>Names of SCSI commands (T10's list of operation codes), those that disks, tapes and optical drives are sent.</summary>
internal static class OperationCodes
{
    private static readonly FrozenDictionary<int, string> Names = new Dictionary<int, string>
    {
        [0x00] = "Test Unit Ready",
        [0x01] = "Rezero Unit",
        [0x03] = "Request Sense",
        [0x04] = "Format Unit",
        [0x05] = "Read Block Limits",
        [0x07] = "Reassign Blocks",
        [0x08] = "Read(6)",
        [0x0A] = "Write(6)",
        [0x0B] = "Seek(6)",
        [0x10] = "Write Filemarks",
        [0x11] = "Space",
        [0x12] = "Inquiry",
        [0x13] = "Verify(6)",
        [0x15] = "Mode Select(6)",
        [0x16] = "Reserve(6)",
        [0x17] = "Release(6)",
        [0x19] = "Erase",
        [0x1A] = "Mode Sense(6)",
        [0x1B] = "Start/Stop Unit",
        [0x1C] = "Receive Diagnostic",
        [0x1D] = "Send Diagnostic",
        [0x1E] = "Prevent/Allow Medium Removal",
        [0x23] = "Read Format Capacities",
        [0x25] = "Read Capacity(10)",
        [0x28] = "Read(10)",
        [0x2A] = "Write(10)",
        [0x2B] = "Seek(10)",
        [0x2E] = "Write Verify(10)",
        [0x2F] = "Verify(10)",
        [0x34] = "Prefetch(10)",
        [0x35] = "Synchronize Cache(10)",
        [0x37] = "Read Defect Data(10)",
        [0x3B] = "Write Buffer",
        [0x3C] = "Read Buffer",
        [0x41] = "Write Same(10)",
        [0x42] = "Unmap",
        [0x43] = "Read TOC",
        [0x46] = "Get Configuration",
        [0x48] = "Sanitize",
        [0x4A] = "Get Event Status Notification",
        [0x4C] = "Log Select",
        [0x4D] = "Log Sense",
        [0x51] = "Read Disc Information",
        [0x55] = "Mode Select(10)",
        [0x56] = "Reserve(10)",
        [0x57] = "Release(10)",
        [0x5A] = "Mode Sense(10)",
        [0x5E] = "Persistent Reserve In",
        [0x5F] = "Persistent Reserve Out",
        [0x7F] = "Variable length",
        [0x80] = "Extended Copy(LID1)",
        [0x83] = "Third Party Copy Out",
        [0x84] = "Third Party Copy In",
        [0x85] = "ATA Pass-Through(16)",
        [0x88] = "Read(16)",
        [0x89] = "Compare and Write",
        [0x8A] = "Write(16)",
        [0x8C] = "Read Attribute",
        [0x8D] = "Write Attribute",
        [0x8E] = "Write Verify(16)",
        [0x8F] = "Verify(16)",
        [0x90] = "Prefetch(16)",
        [0x91] = "Synchronize Cache(16)",
        [0x92] = "Lock/Unlock Cache(16)",
        [0x93] = "Write Same(16)",
        [0x94] = "Zone Out",
        [0x95] = "Zone In",
        [0x9B] = "Read Buffer(16)",
        [0x9C] = "Write Atomic(16)",
        [0x9E] = "Service Action In(16)",
        [0x9F] = "Service Action Out(16)",
        [0xA0] = "Report LUNs",
        [0xA1] = "ATA Pass-Through(12)",
        [0xA2] = "Security Protocol In",
        [0xA3] = "Maintenance In",
        [0xA4] = "Maintenance Out",
        [0xA8] = "Read(12)",
        [0xAA] = "Write(12)",
        [0xAE] = "Write Verify(12)",
        [0xAF] = "Verify(12)",
        [0xB5] = "Security Protocol Out",
        [0xB7] = "Read Defect Data(12)",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<(int Opcode, int Action), string> ServiceActions = new Dictionary<(int, int), string>
    {
        [(0x9E, 0x10)] = "Read Capacity(16)",
        [(0x9E, 0x12)] = "Get LBA Status",
        [(0x9E, 0x17)] = "Get Stream Status",
        [(0xA3, 0x05)] = "Report Identifying Information",
        [(0xA3, 0x0A)] = "Report Target Port Groups",
        [(0xA3, 0x0C)] = "Report Supported Operation Codes",
        [(0xA3, 0x0D)] = "Report Supported Task Management Functions",
        [(0xA4, 0x0A)] = "Set Target Port Groups",
        [(0x7F, 0x09)] = "Read(32)",
        [(0x7F, 0x0A)] = "Verify(32)",
        [(0x7F, 0x0B)] = "Write(32)",
        [(0x7F, 0x0C)] = "Write Verify(32)",
        [(0x7F, 0x0D)] = "Write Same(32)",
        [(0x94, 0x01)] = "Close Zone",
        [(0x94, 0x02)] = "Finish Zone",
        [(0x94, 0x03)] = "Open Zone",
        [(0x94, 0x04)] = "Reset Write Pointer",
        [(0x95, 0x00)] = "Report Zones",
    }.ToFrozenDictionary();

    /// <summary>The name of a command, by its operation code and, where that has several, its service action.</summary>
    public static string NameOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "";
        int action = bytes[0] == 0x7F ? bytes.Length > 9 ? (bytes[8] << 8) | bytes[9] : -1 : bytes.Length > 1 ? bytes[1] & 0x1F : -1;
        return ServiceActions.TryGetValue((bytes[0], action), out string? name) || Names.TryGetValue(bytes[0], out name)
            ? name : string.Create(CultureInfo.InvariantCulture, $"opcode=0x{bytes[0]:x2}");
    }
}
