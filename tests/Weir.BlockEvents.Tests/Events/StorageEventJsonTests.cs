using System.Collections.Immutable;
using System.Text;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Tests.Events;

public sealed class StorageEventJsonTests
{
    private static readonly StorageEvent Sample = new()
    {
        Hostname = "host1",
        Severity = Severity.Critical,
        SubSystem = "SCSI",
        Timestamp = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(2)).AddTicks(1234560),
        EventId = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"),
        EventType = "SCSI_SENSE_KEY",
        Device = new()
        {
            Wwid = "naa.5000",
            Type = BlockType.Scsi,
            Path = "/dev/sdf",
            PreferredPath = "/dev/mapper/mpatha",
            TransportId = "fc",
            Uuid = "u-1",
            MountPoint = "/mnt/ü",
            Owners = [new() { Wwid = "t10.x", Type = BlockType.Partition, Path = "/dev/sdf1" }],
        },
        Hierarchy = new() { Type = BlockType.DmLvm },
        Message = "a \"quoted\" message",
        RawMessage = "raw",
        Extension = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("asc", "0x11"), KeyValuePair.Create("b", "")]),
        KernelDevice = "sdf",
        RuleId = "scsi-sense-key",
        RootCauseEventId = Guid.Parse("11111111-89ab-cdef-0123-456789abcdef"),
        IncidentId = Guid.Parse("21111111-89ab-cdef-0123-456789abcdef"),
        Count = 7,
        BootId = Guid.Parse("31111111-89ab-cdef-0123-456789abcdef"),
        Source = "journal",
        Cursor = "s=1;i=2",
    };

    [Fact]
    public void The_members_are_called_as_the_original_calls_them()
    {
        string json = Encoding.UTF8.GetString(StorageEventWriter.ToUtf8(Sample));
        Assert.StartsWith(
            "{\"hostname\":\"host1\",\"severity\":\"Critical\",\"sub_system\":\"SCSI\",\"timestamp\":\"2026-03-04T05:06:07.123456+02:00\",\"event_id\":\"01234567-89ab-cdef-0123-456789abcdef\",\"event_type\":\"SCSI_SENSE_KEY\",\"cur_blk_info\":{\"wwid\":\"naa.5000\",\"blk_type\":\"Scsi\",\"blk_path\":\"/dev/sdf\",\"preferred_blk_path\":\"/dev/mapper/mpatha\",\"uuid\":\"u-1\",\"mount_point\":\"/mnt/ü\",\"transport_id\":\"fc\",\"owners\":[{",
            json, StringComparison.Ordinal);
        Assert.Contains("\"msg\":\"a \\\"quoted\\\" message\",\"raw_msg\":\"raw\",\"extension\":{\"asc\":\"0x11\",\"b\":\"\"}", json, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        byte[] json = StorageEventWriter.ToUtf8(Sample);
        Assert.True(StorageEventReader.TryRead(json, out StorageEvent? read, out string? problem), problem);
        Assert.Equal(json, StorageEventWriter.ToUtf8(read));
        Assert.Equal(Sample.Timestamp, read.Timestamp);
        Assert.Equal(Sample.Timestamp.Offset, read.Timestamp.Offset);
        Assert.Equal(7, read.Count);
    }

    [Fact]
    public void An_event_of_the_original_has_defaults_for_what_it_lacks_and_zeros_behind_it_are_passed_over()
    {
        byte[] json = Encoding.UTF8.GetBytes("{\"event_type\":\"FS_MOUNTED\",\"severity\":\"Info\",\"extension\":{\"n\":5},\"more\":[]}\0\0");
        Assert.True(StorageEventReader.TryRead(json, out StorageEvent? read, out string? problem), problem);
        Assert.Equal(("FS_MOUNTED", Severity.Info, 1L, "5", null), (read.EventType, read.Severity, read.Count, read.Extension["n"], read.IncidentId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"event_type\":\"\"}")]
    [InlineData("{\"event_type\":5}")]
    [InlineData("{\"event_type\":\"X\"")]
    [InlineData("{\"event_type\":\"\\ud800\"}")]
    public void What_is_no_event_is_refused_with_a_reason(string json)
    {
        Assert.False(StorageEventReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out string? problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Devices_within_devices_without_end_are_refused()
    {
        string json = "{\"event_type\":\"X\",\"cur_blk_info\":" + string.Concat(Enumerable.Repeat("{\"owners\":[", 500)) + string.Concat(Enumerable.Repeat("]}", 500)) + "}";
        Assert.False(StorageEventReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out string? problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("Error", Severity.Error)]
    [InlineData("err", Severity.Error)]
    [InlineData("3", Severity.Error)]
    [InlineData("WARNING", Severity.Warning)]
    [InlineData("crit", Severity.Critical)]
    [InlineData("emerg", Severity.Emergency)]
    public void A_severity_is_read_by_its_names_and_its_number(string text, Severity expected)
    {
        Assert.True(Names.TryParse(text, out Severity severity));
        Assert.Equal(expected, severity);
        Assert.False(Names.TryParse("8", out Severity _));
        Assert.False(Names.TryParse(text + "x", out Severity _));
    }
}
