using Weir.Erasure.Drives.Walking;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Lab.Time;

namespace Weir.Health.Tests.Pacing;

public sealed class BackOffTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Loads _loads = new();

    [Fact]
    public void A_drive_that_others_keep_busy_is_left_to_them_and_taken_back_when_they_are_gone()
    {
        using var pacer = new Pacer(new ScanPolicy(), _time);
        var backOff = new BackOff(pacer, _loads, _time);
        DrivePace pace = pacer.For("/a");
        Step(backOff, calls: 10, bytes: 10 << 20, busy: 0.9, latencyMs: 20);
        Step(backOff, calls: 100, bytes: 100 << 20, busy: 0.9, latencyMs: 20);
        Assert.Equal(0.5, pace.Duty);
        for (int i = 0; i < 20; i++) Step(backOff, calls: 100, bytes: 100 << 20, busy: 0.9, latencyMs: 20);
        Assert.Equal(BackOff.LeastDuty, pace.Duty);
        for (int i = 0; i < 20; i++) Step(backOff, calls: 1, bytes: 4096, busy: 0.01, latencyMs: 1);
        Assert.Equal(1, pace.Duty);
    }

    [Fact]
    public void A_drive_on_which_calls_take_much_longer_than_in_quiet_is_left_alone()
    {
        using var pacer = new Pacer(new ScanPolicy(), _time);
        var backOff = new BackOff(pacer, _loads, _time);
        Step(backOff, 0, 0, 0, 0);
        for (int i = 0; i < 5; i++) Step(backOff, calls: 10, bytes: 4096, busy: 0.1, latencyMs: 4);
        Assert.Equal(1, pacer.For("/a").Duty);
        Step(backOff, calls: 50, bytes: 50 << 20, busy: 0.4, latencyMs: 40);
        Assert.True(pacer.For("/a").Duty < 1);
    }

    [Fact]
    public void Pressure_counts_only_with_others_work()
    {
        using var pacer = new Pacer(new ScanPolicy(), _time);
        var backOff = new BackOff(pacer, _loads, _time);
        _loads.PressureNow = 0.9;
        Step(backOff, 0, 0, 0, 0);
        Step(backOff, calls: 10, bytes: 4096, busy: 0.2, latencyMs: 1);
        Assert.Equal(1, pacer.For("/a").Duty);
        Step(backOff, calls: 10, bytes: 10 << 20, busy: 0.2, latencyMs: 1);
        Assert.True(pacer.For("/a").Duty < 1);
    }

    [Fact]
    public void A_policy_that_does_not_back_off_leaves_the_drive_its_whole_time()
    {
        using var pacer = new Pacer(new ScanPolicy(), _time);
        var backOff = new BackOff(pacer, _loads, _time);
        Step(backOff, 0, 0, 0, 0);
        Step(backOff, calls: 100, bytes: 100 << 20, busy: 1, latencyMs: 20);
        Assert.True(pacer.For("/a").Duty < 1);
        Assert.Equal(["/a"], pacer.BackedOff.Keys);
        pacer.Apply(new() { BacksOff = false });
        Step(backOff, calls: 100, bytes: 100 << 20, busy: 1, latencyMs: 20);
        Assert.Equal(1, pacer.For("/a").Duty);
    }

    [Fact]
    public void The_kernels_files_are_read_and_what_is_missing_is_not_known()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Below("self"));
        Directory.CreateDirectory(directory.Below("pressure"));
        File.WriteAllText(directory.Below("self/mountinfo"), "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 21 8:16 / /data/my\\040disk rw - xfs /dev/sdb rw\n");
        File.WriteAllText(directory.Below("diskstats"), "   8      16 sdb 10 1 200 30 20 2 400 60 0 55 90 0 0 0 0\n");
        File.WriteAllText(directory.Below("pressure/io"), "some avg10=12.50 avg60=0 avg300=0 total=1\nfull avg10=1 avg60=0 avg300=0 total=1\n");
        var loads = new LinuxDriveLoads(directory.Path);
        Assert.Equal(new DriveCounters("8:16", 30, 600 * 512, 55, 90), loads.Read("/data/my disk/x"));
        Assert.Null(loads.Read("/data/other"));
        Assert.Equal(0.125, loads.Pressure());
        var nothing = new LinuxDriveLoads(directory.Below("away"));
        Assert.Null(nothing.Read("/data"));
        Assert.Null(nothing.Pressure());
    }

    private void Step(BackOff backOff, long calls, long bytes, double busy, double latencyMs)
    {
        _time.Advance(BackOff.Interval);
        _loads.Now = new("8:0", _loads.Now.Calls + calls, _loads.Now.Bytes + bytes, _loads.Now.BusyMs + (long)(1000 * busy), _loads.Now.WaitMs + (long)(calls * latencyMs));
        backOff.Step(["/a"]);
    }

    private sealed class Loads : IDriveLoads
    {
        public DriveCounters Now { get; set; } = new("8:0", 0, 0, 0, 0);

        public double? PressureNow { get; set; }

        public DriveCounters? Read(string drivePath) => Now;

        public double? Pressure() => PressureNow;
    }
}
