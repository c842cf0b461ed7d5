using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Reading;
using Weir.Hsm.RestoringAhead;
using Weir.Hsm.Tests.Shipping;
using Weir.Lab.Disks;
using Weir.Lustre;

namespace Weir.Hsm.Tests.RestoringAhead;

public sealed class RestoreAheadTests : IAsyncDisposable
{
    private const string Fid = "0x200000401:0x1:0x0";

    private readonly TestFeed _feed = new();
    private readonly FakeFileSystem _files = new();
    private readonly SimulatedDisk _disk = new();
    private readonly ShipperRig.RecordingLogger _log = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private RestoreJobStore Store => new("/jobs", _disk.StartProcess("store"), _log);

    [Fact]
    public async Task The_files_beside_a_restored_one_that_match_and_are_released_are_restored()
    {
        _files.Make("d", "part.0", "part.1", "part.2", "part.3", "notes", "xpart.4");
        _files.Make("other", "part.9");
        Directory.CreateDirectory(Path.Combine(_files.Mount, "d", "part.dir"));
        File.CreateSymbolicLink(Path.Combine(_files.Mount, "d", "part.link"), "part.1");
        _files.States["part.2"] = FakeFileSystem.Online;
        _files.States["part.3"] = FakeFileSystem.Released with { ArchiveId = 2 };
        RestoreAhead ahead = Ahead(options => options with { ArchiveId = 1 });
        await BeginAsync(ahead, "d/part.0");
        Assert.Equal(["part.1"], _files.Asked);
        RestoreJob job = Assert.Single(ahead.Jobs.Values);
        Assert.Equal((2L, 0, 1), (job.Skipped, job.Remaining, job.InFlight.Count));
    }

    [Fact]
    public async Task A_large_directory_is_restored_some_at_a_time()
    {
        _files.Make("d", Names(0, 13));
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        Assert.Equal(Names(1, 4), _files.Asked);
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(4, _files.Asked.Count);

        // Two of four are still under way, which is not fewer than the threshold.
        _files.States["part.01"] = _files.States["part.02"] = FakeFileSystem.Online;
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(4, _files.Asked.Count);
        _files.States["part.03"] = FakeFileSystem.Online;
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(Names(1, 7), _files.Asked);

        foreach (string name in Names(0, 13)) _files.States[name] = FakeFileSystem.Online;
        foreach (string name in Names(8, 5)) _files.States.Remove(name);
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(Names(1, 11), _files.Asked);
        foreach (string name in Names(0, 12)) _files.States[name] = FakeFileSystem.Online;
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(Names(1, 12), _files.Asked);
        _files.States["part.12"] = FakeFileSystem.Online;
        await ahead.PaceAsync(Cancelled);
        Assert.Empty(ahead.Jobs);
        Assert.Empty(Store.List());
        Assert.Equal(1, _log.CountOf(2302));
    }

    [Fact]
    public async Task A_small_directory_is_restored_in_one_go()
    {
        _files.Make("d", Names(0, 13));
        RestoreAhead ahead = Ahead(options => options with { ActivationThreshold = 12 });
        await BeginAsync(ahead, "d/part.00");
        Assert.Equal(Names(1, 12), _files.Asked);
    }

    [Fact]
    public async Task Events_tell_what_has_become_of_the_files_under_way()
    {
        _files.Make("d", Names(0, 9));
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        foreach ((string name, HsmStatus status) in (ReadOnlySpan<(string, HsmStatus)>)[("part.01", HsmStatus.Succeed), ("part.02", HsmStatus.Failed), ("part.03", HsmStatus.Canceled)])
        {
            _files.Know(name, Path.Combine(_files.Mount, "d", name));
            _files.States[name] = FakeFileSystem.Released;
        }

        await ahead.TakeAsync([Event("part.01", HsmEventType.Update, HsmStatus.Succeed), Event("part.02", HsmEventType.Update, HsmStatus.Failed)], Cancelled);
        await ahead.TakeAsync([Event("part.03", HsmEventType.Update, HsmStatus.Canceled), Event("part.03", HsmEventType.Purged, HsmStatus.Canceled)], Cancelled);
        RestoreJob job = ahead.Jobs.Values.Single();
        Assert.Equal((1L, 2L, 1), (job.Restored, job.Failed, job.InFlight.Count));
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(Names(1, 7), _files.Asked);
    }

    [Fact]
    public async Task Only_a_new_restore_begins_a_job_and_its_own_files_begin_none()
    {
        _files.Make("d", Names(0, 9));
        _files.Know("own", Path.Combine(_files.Mount, "d", "part.01"));
        _files.Know(Fid, Path.Combine(_files.Mount, "d", "part.00"));
        RestoreAhead ahead = Ahead();
        await ahead.TakeAsync(
            [
                Event(Fid, HsmEventType.Update, HsmStatus.Started), Event(Fid, HsmEventType.New, HsmStatus.Succeed), Event(Fid, HsmEventType.Purged, HsmStatus.Succeed),
                Event(Fid, HsmEventType.New, HsmStatus.Waiting) with { Action = HsmAction.Archive },
            ],
            Cancelled);
        Assert.Empty(ahead.Jobs);
        await ahead.TakeAsync([Event(Fid, HsmEventType.New, HsmStatus.Waiting)], Cancelled);
        await ahead.TakeAsync([Event("own", HsmEventType.New, HsmStatus.Waiting)], Cancelled);
        Assert.Single(ahead.Jobs);
        Assert.Equal(4, _files.Asked.Count);
    }

    [Fact]
    public async Task A_directory_is_looked_through_again_only_after_a_while()
    {
        _files.Make("d", "part.0");
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.0");
        _files.Make("d", "part.1");
        await BeginAsync(ahead, "d/part.0");
        Assert.Empty(_files.Asked);
        _feed.Clock.Advance(TimeSpan.FromHours(6));
        await BeginAsync(ahead, "d/part.0");
        Assert.Equal(["part.1"], _files.Asked);
    }

    [Theory]
    [InlineData("/etc/part.0")]
    [InlineData("{mount}/d/../../etc/part.0")]
    [InlineData("{mount}x/part.0")]
    [InlineData("{mount}/d/part\u0007.0")]
    [InlineData("{mount}/link/part.0")]
    [InlineData("{mount}/gone/part.0")]
    [InlineData("{mount}/file/part.0")]
    public async Task Nothing_beyond_the_mount_point_is_looked_at(string path)
    {
        _files.Make("d", "part.0", "part.1");
        _files.Make(".", "file");
        Directory.CreateSymbolicLink(Path.Combine(_files.Mount, "link"), _files.DirectoryOf("d"));
        _files.Know(Fid, path.Replace("{mount}", _files.Mount, StringComparison.Ordinal));
        RestoreAhead ahead = Ahead();
        await ahead.TakeAsync([Event(Fid, HsmEventType.New, HsmStatus.Waiting)], Cancelled);
        Assert.Empty(ahead.Jobs);
        Assert.Empty(_files.Asked);
        Assert.Equal(1, _log.CountOf(2306));
    }

    [Fact]
    public async Task A_directory_with_too_many_files_is_left_alone()
    {
        _files.Make("d", Names(0, 9));
        RestoreAhead ahead = Ahead(options => options with { MaxFiles = 7 });
        await BeginAsync(ahead, "d/part.00");
        Assert.Empty(_files.Asked);
        Assert.Equal(1, _log.CountOf(2306));
    }

    [Fact]
    public async Task A_job_goes_on_after_a_restart()
    {
        _files.Make("d", Names(0, 9));
        await BeginAsync(Ahead(), "d/part.00");
        RestoreAhead next = Ahead();
        next.Load();
        RestoreJob job = Assert.Single(next.Jobs.Values);
        Assert.Equal(Names(1, 4), job.InFlight.Order());
        foreach (string name in Names(1, 4)) _files.States[name] = FakeFileSystem.Online;
        await next.PaceAsync(Cancelled);
        Assert.Equal(Names(1, 8), _files.Asked);
    }

    [Fact]
    public async Task A_cancelled_job_asks_for_nothing_more()
    {
        _files.Make("d", Names(0, 9));
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        string id = ahead.Jobs.Values.Single().Id;
        using (_ = Store.Lock())
        {
            Assert.True(Store.Cancel(id));
            Assert.True(Assert.Single(Store.List()).IsCancelling);
        }

        foreach (string name in Names(1, 4)) _files.States[name] = FakeFileSystem.Online;
        await ahead.PaceAsync(Cancelled);
        Assert.Empty(ahead.Jobs);
        Assert.Equal(4, _files.Asked.Count);
        Assert.Empty(Store.List());
        Assert.False(Store.Cancel(id));
        Assert.False(Store.Cancel("../jobs"));
    }

    [Fact]
    public async Task Without_a_running_daemon_a_job_is_cancelled_at_once()
    {
        _files.Make("d", Names(0, 9));
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        Assert.True(Store.Cancel(ahead.Jobs.Values.Single().Id));
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task A_job_that_takes_too_long_is_given_up()
    {
        _files.Make("d", Names(0, 9));
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        _feed.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        await ahead.PaceAsync(Cancelled);
        Assert.Empty(ahead.Jobs);
        Assert.Equal(1, _log.CountOf(2303));
    }

    [Fact]
    public async Task Refused_restores_count_as_failed_and_files_that_are_gone_as_without_need()
    {
        _files.Make("d", Names(0, 5));
        _files.Refused.Add("part.02");
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        File.Delete(Path.Combine(_files.Mount, "d", "part.01"));
        RestoreJob job = ahead.Jobs.Values.Single();
        await ahead.PaceAsync(Cancelled);
        Assert.Equal((1L, 1L, 2), (job.Failed, job.Skipped, job.InFlight.Count));
    }

    [Fact]
    public async Task While_nobody_can_be_asked_a_job_stands_still()
    {
        _files.Make("d", Names(0, 5));
        _files.IsAway = true;
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        Assert.Equal(4, ahead.Jobs.Values.Single().Remaining);
        _files.IsAway = false;
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(Names(1, 4), _files.Asked);
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_restore_and_leaves_no_trace()
    {
        _files.Make("d", Names(0, 5));
        RestoreAhead ahead = Ahead(options => options with { IsDryRun = true });
        await BeginAsync(ahead, "d/part.00");
        Assert.Empty(_files.Asked);
        Assert.Empty(ahead.Jobs);
        Assert.Empty(Store.List());
        Assert.Equal(1, _log.CountOf(2305));
    }

    [Fact]
    public async Task Once_begins_with_the_restores_that_are_live()
    {
        _files.Make("d", Names(0, 3));
        _files.Know(Fid, Path.Combine(_files.Mount, "d", "part.00"));
        await _feed.AppendAsync("hsm:actions:elm-MDT0000", EventText.State(HsmEventType.New, ActionText.Line(1, 1, 1, HsmStatus.Started, HsmAction.Restore), 1));
        await Ahead().RunOnceAsync(Cancelled);
        Assert.Equal(Names(1, 2), _files.Asked);
    }

    [Fact]
    public async Task One_process_works_on_the_jobs()
    {
        using IDisposable held = Store.Lock();
        IOException failed = await Assert.ThrowsAsync<IOException>(() => Ahead().RunOnceAsync(Cancelled));
        Assert.Contains("Another process restores ahead", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"version":2,"directory":"/d","trigger":"t","created":"2026-01-01T00:00:00Z","files":[],"next":0,"in_flight":[]}""")]
    [InlineData("""{"version":1,"directory":"/d","trigger":"t","created":"2026-01-01T00:00:00Z","files":["../x"],"next":0,"in_flight":[]}""")]
    [InlineData("""{"version":1,"directory":"/d","trigger":"t","created":"2026-01-01T00:00:00Z","files":[null],"next":0,"in_flight":[]}""")]
    [InlineData("""{"version":1,"directory":"/d","trigger":"t","created":"2026-01-01T00:00:00Z","files":["a"],"next":2,"in_flight":[]}""")]
    [InlineData("""{"version":1,"directory":"/elsewhere","trigger":"t","created":"2026-01-01T00:00:00Z","files":["a"],"next":0,"in_flight":[]}""")]
    public void Files_that_are_no_jobs_are_told_and_passed_over(string content)
    {
        SimulatedProcess disk = _disk.StartProcess("other");
        disk.CreateDirectory("/jobs");
        using (var file = disk.OpenWrite($"/jobs/{RestoreJob.IdOf("/d")}.json")) file.Write(EventText.Utf8(content), 0);
        Assert.Empty(Store.List());
        Assert.Equal(1, _log.CountOf(2307));
    }

    [Fact]
    public async Task On_a_full_disk_no_job_begins_and_one_that_runs_asks_for_nothing_it_cannot_note()
    {
        _files.Make("d", Names(0, 13));
        _files.Make("e", "part.20", "part.21");
        RestoreAhead ahead = Ahead();
        await BeginAsync(ahead, "d/part.00");
        foreach (string name in Names(1, 12)) _files.States[name] = FakeFileSystem.Released;
        foreach (string name in Names(1, 4)) _files.States[name] = FakeFileSystem.Online;
        _disk.Faults.Rule = operation => operation.Kind == DiskOperationKind.Write ? DiskFault.Fail(DiskError.NoSpace) : null;
        await BeginAsync(ahead, "e/part.20");
        Assert.Single(ahead.Jobs);
        Assert.Equal(1, _log.CountOf(2306));
        for (int i = 0; i < 3; i++) await ahead.PaceAsync(Cancelled);
        Assert.Equal(3, _log.CountOf(2311));
        Assert.Equal(4, _files.Asked.Count);
        _disk.Faults.Clear();
        await ahead.PaceAsync(Cancelled);
        Assert.Equal(Names(1, 8), _files.Asked);
    }

    public async ValueTask DisposeAsync()
    {
        _files.Dispose();
        await _feed.DisposeAsync();
    }

    private static IEnumerable<string> Names(int first, int count) => Enumerable.Range(first, count).Select(number => $"part.{number:00}");

    private static ActionEvent Event(string fid, HsmEventType type, HsmStatus status) => new()
    {
        Topic = "hsm:actions:elm-MDT0000",
        Id = new RecordId(1, 1),
        Type = type,
        Mdt = "elm-MDT0000",
        Fid = fid,
        Action = HsmAction.Restore,
        Status = status,
        Time = DateTimeOffset.UnixEpoch,
    };

    private async Task BeginAsync(RestoreAhead ahead, string path)
    {
        _files.Know(Fid, Path.Combine(_files.Mount, path));
        await ahead.TakeAsync([Event(Fid, HsmEventType.New, HsmStatus.Waiting)], Cancelled);
    }

    private RestoreAhead Ahead(Func<RestoreAheadOptions, RestoreAheadOptions>? change = null)
    {
        var disk = _disk.StartProcess("ahead");
        disk.CreateDirectory("/jobs");
        var options = new RestoreAheadOptions
        {
            Pattern = RestoreAheadOptions.CompilePattern("part\\."),
            MountPoint = _files.Mount,
            JobDirectory = "/jobs",
            ActivationThreshold = 0,
            BatchSize = 4,
            ResumeThreshold = 2,
            Disk = disk,
            Time = _feed.Clock,
        };
        return new(_feed.Engine, change is null ? options : change(options), _files, _files, _log);
    }
}
