using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Parsers.Ata;
using Weir.BlockEvents.Parsers.Incidents;
using Weir.BlockEvents.Parsers.Scsi;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Tests.Parsers;

/// <summary>How lines become events, and when.</summary>
public sealed class IncidentTests
{
    private readonly List<StorageEvent> _events = [];
    private readonly LineClassifier _classifier = new(RuleSet.BuiltIn);
    private IncidentAssembler _assembler;
    private int _ids;

    public IncidentTests() => _assembler = NewAssembler(new() { Hostname = "here" });

    [Fact]
    public void The_lines_of_a_failed_command_are_one_event_with_all_that_they_say()
    {
        Log(10.0, "sd 6:0:0:0: [sdq] tag#2 FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_SENSE cmd_age=3s");
        Log(10.0, "sd 6:0:0:0: [sdq] tag#2 Sense Key : Medium Error [current]");
        Log(10.0, "sd 6:0:0:0: [sdq] tag#2 Add. Sense: Unrecovered read error - auto reallocate failed");
        Log(10.0, "sd 6:0:0:0: [sdq] tag#2 CDB: Read(16) 88 00 00 00 00 01 45 98 00 00 00 00 0a 00 00 00");
        Log(10.1, "blk_update_request: critical medium error, dev sdq, sector 5462556672 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Assert.Empty(_events);
        _assembler.Advance(Micros(11.1));
        StorageEvent failed = Assert.Single(_events);
        Assert.Equal(("SCSI_SENSE_KEY", "SCSI", "sdq", 1L, Severity.Error, "here"), (failed.EventType, failed.SubSystem, failed.KernelDevice, failed.Count, failed.Severity, failed.Hostname));
        (string Name, string Value)[] expected =
        [
            ("sense_key", "0x3"), ("sense_key_name", "Medium Error"), ("asc", "0x11"), ("ascq", "0x04"), ("additional_sense", "Unrecovered read error - auto reallocate failed"), ("opcode", "0x88"), ("opcode_name", "Read(16)"),
            ("lba", "5462556672"), ("blocks", "2560"), ("lba_last", "5462559231"), ("hostbyte", "DID_OK"), ("hctl", "6:0:0:0"), ("tag", "2"), ("sector", "5462556672"), ("lines", "5"),
        ];
        Assert.All(expected, pair => Assert.Equal(pair.Value, failed.Extension[pair.Name]));
        Assert.Null(failed.RootCauseEventId);
        Assert.NotNull(failed.IncidentId);
        Assert.Equal("sdq: Medium Error, Unrecovered read error - auto reallocate failed; Read(16) at block 5462556672, 2560 blocks", failed.Message);
    }

    [Fact]
    public void What_happened_to_another_device_of_the_same_name_before_is_no_cause()
    {
        Log(10.0, "I/O error, dev loop0, sector 2048 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 0");
        Log(20.0, "loop0: detected capacity change from 0 to 819200");
        Log(30.0, "I/O error, dev loop0, sector 4096 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 0");
        Log(32.0, "EXT4-fs error (device loop0): ext4_find_entry:1456: inode #2: comm ls: reading directory lblock 0");
        _assembler.Flush();
        Assert.Equal(["BLK_IO_ERROR", "BLK_CAPACITY_CHANGE", "BLK_IO_ERROR", "FS_ERROR"], _events.Select(found => found.EventType));
        Assert.Null(_events[2].RootCauseEventId);
        Assert.NotEqual(_events[0].IncidentId, _events[2].IncidentId);
        Assert.Equal(_events[2].EventId, _events[3].RootCauseEventId);
    }

    [Fact]
    public void What_follows_points_at_the_root_and_the_root_comes_first()
    {
        Log(10.0, "EXT4-fs error (device sdq1): ext4_find_entry:1456: inode #2: comm ls: reading directory lblock 0");
        Log(10.1, "Buffer I/O error on dev sdq1, logical block 1, lost sync page write");
        Log(10.2, "blk_update_request: I/O error, dev sdq, sector 2048 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 0");
        Log(10.3, "blk_update_request: I/O error, dev sdq, sector 4096 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 0");
        Log(15.0, "Aborting journal on device sdq1-8.");
        _assembler.Flush();
        Assert.Equal(["BLK_IO_ERROR", "BLK_IO_ERROR", "FS_ERROR", "FS_JOURNAL_ABORT"], _events.Select(found => found.EventType));
        Assert.Equal(["sdq", "sdq1", "sdq1", "sdq1"], _events.Select(found => found.KernelDevice));
        Assert.Equal(2, _events[0].Count);
        Assert.All(_events.Skip(1), found => Assert.Equal(_events[0].EventId, found.RootCauseEventId));
        Assert.Single(_events.Select(found => found.IncidentId).Distinct());
    }

    [Fact]
    public void Two_disks_that_fail_at_once_are_two_incidents()
    {
        Log(10.0, "I/O error, dev loop1, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Log(10.0, "I/O error, dev loop2, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Log(10.1, "EXT4-fs (loop1): I/O error while writing superblock");
        Log(10.1, "XFS (loop2): log I/O error -5");
        _assembler.Flush();
        Assert.Equal(2, _events.Select(found => found.IncidentId).Distinct().Count());
        foreach (string loop in (string[])["loop1", "loop2"])
        {
            StorageEvent[] mine = [.. _events.Where(found => found.KernelDevice == loop)];
            Assert.Equal(2, mine.Length);
            Assert.Equal(mine[0].EventId, mine[1].RootCauseEventId);
        }
    }

    [Fact]
    public void Topology_decides_before_nearness_does()
    {
        _assembler = new(new(), new Stacked(("sdq", "dm-0")), _events.Add, TimeProvider.System);
        Log(10.0, "I/O error, dev sdq, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Log(10.0, "I/O error, dev sdr, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Log(10.1, "XFS (dm-0): log I/O error -5");
        Log(10.1, "XFS (dm-1): log I/O error -5");
        _assembler.Flush();
        StorageEvent disk = _events.Single(found => found.KernelDevice == "sdq");
        Assert.Equal(disk.EventId, _events.Single(found => found.KernelDevice == "dm-0").RootCauseEventId);
        Assert.Null(_events.Single(found => found.KernelDevice == "dm-1").RootCauseEventId);
    }

    [Fact]
    public void An_ATA_ports_exception_waits_for_the_end_of_its_error_handling()
    {
        Log(10.0, "ata6.00: exception Emask 0x0 SAct 0x80 SErr 0x0 action 0x0");
        Log(10.0, "ata6.00: failed command: READ FPDMA QUEUED");
        Log(10.0, "ata6.00: cmd 60/00:38:00:00:98/0a:00:45:01:00/40 tag 7 ncq dma 1310720 in");
        Log(10.0, "         res 43/40:18:e8:05:98/00:04:45:01:00/40 Emask 0x409 (media error) <F>");
        _assembler.Advance(Micros(14));
        Assert.Empty(_events);
        Log(15.0, "sd 5:0:0:0: [sdq] tag#7 Sense Key : Medium Error [current]");
        Log(15.0, "I/O error, dev sdq, sector 5462556672 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Log(15.1, "ata6: EH complete");
        _assembler.Advance(Micros(16.2));
        StorageEvent failed = _events[0];
        Assert.Equal(("ATA_EXCEPTION", "sdq", "ata6.00", "0x3", "5462556672", "2560", "5462558184", "media error"), (failed.EventType, failed.KernelDevice, failed.Extension["ata_port"], failed.Extension["sense_key"],
            failed.Extension["lba"], failed.Extension["blocks"], failed.Extension["failed_lba"], failed.Extension["reason"]));
    }

    [Fact]
    public void A_later_failure_further_down_does_not_follow_from_one_further_up()
    {
        Log(10, "EXT4-fs error (device sdq1): f:1: inode #2: comm ls: bad");
        Log(100, "I/O error, dev sdq, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        _assembler.Flush();
        Assert.All(_events, found => Assert.Null(found.RootCauseEventId));
        Assert.Equal(2, _events.Select(found => found.IncidentId).Distinct().Count());
    }

    [Fact]
    public void What_is_no_failure_is_handed_on_at_once_and_alone()
    {
        Log(10, "EXT4-fs (sdq1): mounted filesystem with ordered data mode. Opts: (null)");
        StorageEvent mounted = Assert.Single(_events);
        Assert.Equal(("FS_MOUNTED", null, null), (mounted.EventType, mounted.IncidentId, mounted.RootCauseEventId));
        Assert.Null(_assembler.NextDueMicroseconds);
    }

    [Fact]
    public void Time_that_goes_back_and_a_machine_that_starts_anew_do_not_hold_events_back()
    {
        Log(1000, "I/O error, dev sdq, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Log(10, "Buffer I/O error on dev sdq, logical block 1");
        Assert.Equal(Micros(1001), _assembler.NextDueMicroseconds);
        _assembler.Advance(Micros(1001));
        Assert.Equal("2", Assert.Single(_events).Extension["lines"]);
        Assert.Null(_assembler.NextDueMicroseconds);
        var boot = Guid.NewGuid();
        Add(new() { Text = "I/O error, dev sdr, sector 8"u8, MonotonicMicroseconds = Micros(1002), BootId = Guid.NewGuid() });
        Add(new() { Text = "I/O error, dev sds, sector 8"u8, MonotonicMicroseconds = Micros(1), BootId = boot });
        Assert.Equal(Micros(2), _assembler.NextDueMicroseconds);
    }

    [Fact]
    public void However_many_devices_fail_memory_is_bounded_and_nothing_is_lost_silently()
    {
        _assembler = NewAssembler(new() { MaxOpenIncidents = 8, MaxWaitingEvents = 4 });
        for (int i = 0; i < 1000; i++) Log(10, $"I/O error, dev loop{i}, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        Assert.Equal(8, _assembler.OpenCount);
        _assembler.Flush();
        Assert.Equal(1000, _events.Count);
        _events.Clear();
        Log(20, "I/O error, dev loop0, sector 8 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        for (int i = 0; i < 10; i++) Log(20, $"XFS (dm-{i}): log I/O error -5");
        _assembler.Flush();
        Assert.Equal(4, _events.Count);
        Assert.Equal("7", _events[0].Extension["dropped_events"]);
    }

    [Fact]
    public void A_storm_of_one_kind_is_one_event_with_its_count()
    {
        for (int i = 0; i < 100_000; i++) Log(10 + (i * 0.000001), $"I/O error, dev sdq, sector {i} op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0");
        _assembler.Flush();
        Assert.Equal(100_000, Assert.Single(_events).Count);
    }

    [Theory]
    [InlineData("Read(10) 28 00 19 b1 d0 28 00 06 00 00", 0x28, "Read(10)", 431083560UL, 1536UL)]
    [InlineData("opcode=0x2a 2a 08 00 00 00 20 00 00 01 00", 0x2a, "Write(10)", 32UL, 1UL)]
    [InlineData("Read(6) 08 1f ff ff 00 00", 0x08, "Read(6)", 0x1fffffUL, 256UL)]
    [InlineData("Write(12) aa 00 00 00 00 10 00 00 00 08 00 00", 0xaa, "Write(12)", 16UL, 8UL)]
    [InlineData("Read capacity(16) 9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00", 0x9e, "Read Capacity(16)", null, null)]
    [InlineData("Test Unit Ready 00 00 00 00 00 00", 0x00, "Test Unit Ready", null, null)]
    [InlineData("Write(16) 8a", 0x8a, "Write(16)", null, null)]
    [InlineData("opcode=0xdf (vendor) df 10 00", 0xdf, "opcode=0xdf", null, null)]
    public void Commands_are_decoded(string text, int opcode, string name, ulong? lba, ulong? blocks)
    {
        Assert.True(CommandBlock.TryParse(text, out CommandBlock? command));
        Assert.Equal(((byte)opcode, name, lba, blocks), (command!.Opcode, command.Name, command.Lba, command.Blocks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Test Unit Ready")]
    [InlineData("x")]
    public void A_text_without_bytes_is_no_command(string text) => Assert.False(CommandBlock.TryParse(text, out _));

    [Fact]
    public void Sense_codes_are_found_both_ways()
    {
        Assert.True(AdditionalSenseCodes.Count > 350);
        Assert.True(AdditionalSenseCodes.TryFind("unrecovered READ error", out byte asc, out byte ascq));
        Assert.Equal((0x11, 0x00), (asc, ascq));
        Assert.Equal("Internal target failure", AdditionalSenseCodes.NameOf(0x44, 0));
        Assert.Equal("Diagnostic failure on component", AdditionalSenseCodes.NameOf(0x40, 0x81));
        Assert.Null(AdditionalSenseCodes.NameOf(0xF0, 0x0F));
        Assert.Equal([3, 11, 2, -1], [SenseKeys.Parse("Medium Error"), SenseKeys.Parse("0xb"), SenseKeys.Parse("not ready"), SenseKeys.Parse("Nonsense")]);
    }

    [Theory]
    [InlineData("60/00:38:00:00:98/0a:00:45:01:00/40", 0x60, 0x00, 5462556672UL, 2560)]
    [InlineData("25/00:08:c8:d2:b1/00:00:19:00:00/e0", 0x25, 0x00, 431084232UL, 8)]
    public void The_registers_of_ATA_are_decoded(string text, int first, int second, ulong lba, int sectors)
    {
        Assert.True(TaskFile.TryParse(text, out TaskFile taskFile));
        Assert.Equal(new TaskFile((byte)first, (byte)second, lba, sectors), taskFile);
        Assert.False(TaskFile.TryParse(text.AsSpan(1), out _));
        Assert.False(TaskFile.TryParse(text.Replace('/', ':'), out _));
    }

    private static long Micros(double seconds) => (long)(seconds * 1_000_000);

    private IncidentAssembler NewAssembler(IncidentOptions options) =>
        new(options, NameRelations.Instance, _events.Add, TimeProvider.System, () => new Guid(++_ids, 0, 0, new byte[8]));

    private void Log(double seconds, string text) => Add(new() { Text = Encoding.UTF8.GetBytes(text), MonotonicMicroseconds = Micros(seconds) });

    private void Add(in LogLine line)
    {
        Assert.True(_classifier.TryClassify(line, out Classification found), Encoding.UTF8.GetString(line.Text));
        _assembler.Add(line, found);
    }

    private sealed class Stacked(params (string Lower, string Upper)[] stacks) : IDeviceRelations
    {
        public DeviceRelation Of(string one, string other) =>
            Array.Exists(stacks, stack => (stack.Lower == one && stack.Upper == other) || (stack.Lower == other && stack.Upper == one)) ? DeviceRelation.Related : DeviceRelation.Unrelated;
    }
}
