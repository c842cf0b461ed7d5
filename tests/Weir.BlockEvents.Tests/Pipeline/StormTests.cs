using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;

namespace Weir.BlockEvents.Tests.Pipeline;

public sealed class StormTests
{
    private static readonly StormOptions Gathering = StormOptions.Default with { Quiet = TimeSpan.FromMilliseconds(400), MostQuiet = TimeSpan.FromSeconds(1) };

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Repeats_are_told_at_intervals_that_grow()
    {
        var folder = new EventFolder(Gathering);
        var told = new List<(double Seconds, long Count)>();
        // Ten errors a second for an hour.
        for (int i = 0; i <= 36_000; i++)
        {
            DateTimeOffset now = Start.AddSeconds(i / 10.0);
            folder.Add(Error("BLK_IO_ERROR", "block", "sda", now), 1, now);
            told.AddRange(folder.Take(now, now).Select(one => ((now - Start).TotalSeconds, one.Count)));
        }

        Assert.InRange(told[0].Seconds, 0.9, 1.2);
        Assert.InRange(told.Count, 5, 8);
        Assert.Equal([60, 120, 240, 480], told.Zip(told.Skip(1), (one, next) => (int)Math.Round((next.Seconds - one.Seconds) / 10) * 10).Take(4));
        Assert.Equal(36_001, told.Sum(one => one.Count) + folder.Take(Start.AddHours(9), Start.AddHours(9)).Sum(one => one.Count));
    }

    [Fact]
    public void Nothing_is_told_before_it_has_been_quiet_or_the_gathering_is_over()
    {
        var folder = new EventFolder(Gathering);
        folder.Add(Error("BLK_IO_ERROR", "block", "sda", Start), 1, Start);
        Assert.Empty(folder.Take(Start, Start.AddMilliseconds(399)));
        Assert.Equal(Start.AddMilliseconds(400), folder.NextDue());
        Assert.Single(folder.Take(Start, Start.AddMilliseconds(400)));
        Assert.Null(folder.NextDue());
    }

    [Fact]
    public void A_cause_that_is_logged_after_its_consequence_is_found_too()
    {
        var folder = new EventFolder(Gathering);
        folder.Add(Error("FS_ERROR", "ext4", "sda", Start), 1, Start);
        folder.Add(Error("BLK_IO_ERROR", "block", "sda", Start.AddMilliseconds(10)), 1, Start);
        IReadOnlyList<StorageEvent> told = folder.Take(Start, Start.AddSeconds(2));
        Assert.Equal(["BLK_IO_ERROR", "FS_ERROR"], told.Select(one => one.EventType));
        Assert.Equal(told[0].EventId, told[1].RootCauseEventId);
        Assert.Equal(told[0].IncidentId, told[1].IncidentId);
    }

    [Fact]
    public void What_lies_further_apart_than_an_incident_is_not_linked()
    {
        var folder = new EventFolder(Gathering);
        folder.Add(Error("BLK_IO_ERROR", "block", "sda", Start), 1, Start);
        folder.Take(Start, Start.AddSeconds(1));
        DateTimeOffset later = Start.AddSeconds(31);
        folder.Add(Error("FS_ERROR", "ext4", "sda", later), 1, later);
        folder.Add(Error("FS_ERROR", "ext4", "sdb", Start), 1, later);
        Assert.All(folder.Take(later, later.AddSeconds(1)), one => Assert.Null(one.RootCauseEventId));
    }

    [Fact]
    public void Another_device_by_the_same_name_is_no_repeat_and_no_consequence()
    {
        var folder = new EventFolder(Gathering);
        StorageEvent first = OnDevice(Start) with { Incarnation = 7 }, second = OnDevice(Start.AddSeconds(5)) with { Incarnation = 8 };
        folder.Add(first, 1, Start);
        Assert.Single(folder.Take(Start, Start.AddSeconds(1)));
        folder.Add(second with { EventId = Guid.NewGuid() }, 1, Start.AddSeconds(5));
        StorageEvent above = second with { EventId = Guid.NewGuid(), EventType = "FS_ERROR", SubSystem = "ext4" };
        folder.Add(above, 1, Start.AddSeconds(5));
        IReadOnlyList<StorageEvent> told = folder.Take(Start.AddSeconds(5), Start.AddSeconds(7));
        Assert.Equal(["BLK_IO_ERROR", "FS_ERROR"], told.Select(one => one.EventType));
        Assert.False(told[0].Extension.ContainsKey("repeats_event_id"));
        Assert.Equal(told[0].EventId, told[1].RootCauseEventId);
        folder.Add(above with { Incarnation = 7 }, 1, Start.AddSeconds(6));
        Assert.Equal(first.EventId, Assert.Single(folder.Take(Start.AddSeconds(6), Start.AddSeconds(8))).RootCauseEventId);
    }

    [Fact]
    public void However_many_kinds_there_are_only_so_many_are_followed_and_none_is_lost()
    {
        var folder = new EventFolder(Gathering with { MostFolded = 100 });
        long told = 0;
        for (int i = 0; i < 10_000; i++)
        {
            folder.Add(Error("BLK_IO_ERROR", "block", $"sd{i}", Start), 1, Start);
            told += folder.Take(Start, Start).Sum(one => one.Count);
            Assert.InRange(folder.OpenCount, 0, 100);
        }

        Assert.Equal(10_000, told + folder.Take(Start, Start, all: true).Sum(one => one.Count));
    }

    [Fact]
    public void A_device_is_degraded_once_and_well_again_only_after_a_long_time()
    {
        var verdicts = new DeviceVerdicts(StormOptions.Default);
        for (int i = 0; i < 9; i++) Assert.Null(verdicts.Count(OnDevice(Start.AddSeconds(i)), Start.AddSeconds(i)));
        StorageEvent verdict = verdicts.Count(OnDevice(Start.AddSeconds(9)), Start.AddSeconds(9))!;
        Assert.Equal(("DEVICE_DEGRADED", "10"), (verdict.EventType, verdict.Extension["errors"]));
        for (int i = 0; i < 100; i++) Assert.Null(verdicts.Count(OnDevice(Start.AddMinutes(i)), Start.AddMinutes(i)));
        Assert.Empty(verdicts.TakeRecovered(Start, Start.AddMinutes(99 + 59)));
        Assert.Equal(Start.AddMinutes(99 + 60), verdicts.NextDue());
        Assert.Equal("DEVICE_RECOVERED", Assert.Single(verdicts.TakeRecovered(Start, Start.AddMinutes(99 + 60))).EventType);
        Assert.Empty(verdicts.TakeRecovered(Start, Start.AddDays(1)));
        // Errors that are far apart are no verdict.
        for (int i = 0; i < 100; i++) Assert.Null(verdicts.Count(OnDevice(Start.AddDays(2).AddMinutes(2 * i)), Start.AddDays(2).AddMinutes(2 * i)));
    }

    private static StorageEvent OnDevice(DateTimeOffset time) => Error("BLK_IO_ERROR", "block", "sda", time) with { Device = new() { Path = "/dev/sda", PreferredPath = "/dev/sda", Wwid = "naa.1" } };

    private static StorageEvent Error(string type, string subSystem, string device, DateTimeOffset time) => new()
    {
        Hostname = "h",
        Severity = Severity.Error,
        SubSystem = subSystem,
        EventType = type,
        EventId = Guid.NewGuid(),
        Timestamp = time,
        Message = "m",
        RawMessage = "m",
        KernelDevice = device,
    };
}
