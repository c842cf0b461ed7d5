using Weir.Coordinator.Movers;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Movers;

public sealed class MoverTests
{
    [Fact]
    public void A_file_that_changes_while_it_is_archived_is_archived_again()
    {
        using var stage = new MoverStage();
        stage.Write(1, 5_000_000);
        int looks = 0;
        stage.Progress = _ =>
        {
            if (looks++ == 0) Touch(stage.PathOf(1), 4_999_999);
            return 0;
        };
        ActionReport report = stage.Run(HsmAction.Archive, 1);
        Assert.Equal((0, 2), (report.Errno, report.Attempts));
        Assert.Equal(File.ReadAllBytes(stage.PathOf(1)), File.ReadAllBytes(stage.CopyOf(1)));
        Assert.Equal((1, 1), (stage.Begins, stage.Ends.Count));
    }

    [Fact]
    public void A_file_that_goes_on_changing_is_reported_and_its_older_copy_stays()
    {
        using var stage = new MoverStage();
        byte[] before = stage.Write(1, 3_000_000, seed: 1);
        stage.Run(HsmAction.Archive, 1);
        stage.Write(1, 3_000_000, seed: 2);
        stage.Progress = _ => Touch(stage.PathOf(1), 17);
        ActionReport report = stage.Run(HsmAction.Archive, 1);
        Assert.Equal((MoverErrno.Busy, 4), (report.Errno, report.Attempts));
        Assert.Contains("changed while it was archived", report.Message, StringComparison.Ordinal);
        Assert.True(stage.Ends.Last().MayRetry);
        Assert.Equal(before, File.ReadAllBytes(stage.CopyOf(1)));
        Assert.Equal(2, stage.ArchiveFiles.Length);
    }

    [Fact]
    public void A_file_that_becomes_shorter_is_not_archived_with_zeros()
    {
        using var stage = new MoverStage { Options = new() { Retries = new() { Retries = 0 }, ProgressInterval = TimeSpan.Zero } };
        stage.Write(1, 5_000_000);
        stage.Progress = _ =>
        {
            using FileStream file = new(stage.PathOf(1), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(1_500_000);
            return 0;
        };
        Assert.Equal(MoverErrno.Busy, stage.Run(HsmAction.Archive, 1).Errno);
        Assert.Empty(stage.ArchiveFiles);
    }

    [Theory]
    [InlineData(HsmAction.Archive)]
    [InlineData(HsmAction.Restore)]
    public void The_MDTs_cancel_ends_an_action_with_ECANCELED_and_leaves_nothing(HsmAction action)
    {
        using var stage = new MoverStage();
        stage.Write(1, 5_000_000);
        if (action == HsmAction.Restore) stage.Run(HsmAction.Archive, 1);
        string[] before = stage.ArchiveFiles;
        byte[] content = File.ReadAllBytes(stage.PathOf(1));
        stage.Progress = _ => MoverErrno.Cancelled;
        ActionReport report = stage.Run(action, 1);
        Assert.Equal((MoverErrno.Cancelled, 1), (report.Errno, report.Attempts));
        Assert.Equal((MoverErrno.Cancelled, false), (stage.Ends.Last().Errno, stage.Ends.Last().MayRetry));
        Assert.Equal(before, stage.ArchiveFiles);
        Assert.Equal(content, File.ReadAllBytes(stage.PathOf(1)));
        Assert.Empty(Directory.GetFiles(Path.Combine(stage.MountPoint, ".lustre", "volatile")));
    }

    [Fact]
    public void A_users_cancel_reaches_what_is_at_work_and_what_waits()
    {
        using var atWork = new ManualResetEventSlim();
        using var stage = new MoverStage { Options = new() { ArchiveSlots = 1, ProgressInterval = TimeSpan.Zero } };
        for (uint file = 1; file <= 2; file++) stage.Write(file, 3_000_000);
        HsmRequest[] requests = [stage.Request(HsmAction.Archive, 1), stage.Request(HsmAction.Archive, 2)];
        using var goOn = new ManualResetEventSlim();
        stage.Progress = _ =>
        {
            atWork.Set();
            goOn.Wait(TestContext.Current.CancellationToken);
            return 0;
        };
        foreach (HsmRequest request in requests) stage.Mover.Start(request);
        atWork.Wait(TestContext.Current.CancellationToken);
        foreach (HsmRequest request in requests) stage.Mover.Cancel(request.Key);
        goOn.Set();
        Assert.Equal([MoverErrno.Cancelled, MoverErrno.Cancelled], new[] { stage.WaitForEnd(), stage.WaitForEnd() }.Select(report => report.Errno));
        Assert.Empty(stage.ArchiveFiles);
        stage.Mover.Cancel(requests[0].Key);
    }

    [Fact]
    public void What_is_at_work_when_the_agent_stops_is_told_to_nobody()
    {
        using var stage = new MoverStage { Options = new() { ProgressInterval = TimeSpan.Zero, ArchiveBandwidth = 1 } };
        using var atWork = new ManualResetEventSlim();
        stage.Write(1, 3_000_000);
        stage.Write(2, 10);
        stage.Custom = new Waiting(atWork);
        stage.Mover.Start(stage.Request(HsmAction.Archive, 1));
        atWork.Wait(TestContext.Current.CancellationToken);
        Assert.True(stage.Mover.Stop(TimeSpan.FromSeconds(60)));
        Assert.Equal((1, 0), (stage.Abandoned, stage.Ends.Count));
        stage.Mover.Start(stage.Request(HsmAction.Archive, 2));
        Assert.Equal((1, 0), (stage.Begins, stage.Ends.Count));
    }

    [Fact]
    public void What_Lustre_refuses_is_ended_for_Lustre_and_for_the_coordinator()
    {
        using var stage = new MoverStage { BeginErrno = _ => MoverErrno.AccessDenied };
        ActionReport report = stage.Run(HsmAction.Archive, 1);
        Assert.Equal((MoverErrno.AccessDenied, 1), (report.Errno, report.Attempts));
        Assert.Equal((report.Request.Cookie, MoverErrno.AccessDenied, false), stage.Ends.Single());
    }

    [Fact]
    public void A_mount_point_that_comes_back_loses_nothing()
    {
        using var stage = new MoverStage();
        byte[] content = stage.Write(1, 1000);
        int begins = 0;
        stage.BeginErrno = _ => begins++ < 3 ? MoverErrno.NotConnected : 0;
        ActionReport report = stage.Run(HsmAction.Archive, 1);
        Assert.Equal((0, 4), (report.Errno, report.Attempts));
        Assert.Equal(content, File.ReadAllBytes(stage.CopyOf(1)));
    }

    [Fact]
    public void An_unknown_action_is_refused()
    {
        using var stage = new MoverStage();
        Assert.Equal(MoverErrno.Invalid, stage.Run(HsmAction.Noop, 1).Errno);
        Assert.Equal(MoverErrno.Invalid, stage.Ends.Single().Errno);
    }

    [Fact]
    public void Actions_on_one_file_follow_one_another()
    {
        using var stage = new MoverStage();
        byte[] content = stage.Write(1, 2_000_000);
        foreach (HsmAction action in new[] { HsmAction.Archive, HsmAction.Restore, HsmAction.Remove, HsmAction.Archive }) stage.Mover.Start(stage.Request(action, 1));
        HsmAction[] ended = [.. Enumerable.Range(0, 4).Select(_ => stage.WaitForEnd()).Select(report => report.Errno == 0 ? report.Request.Action : HsmAction.Unknown)];
        Assert.Equal([HsmAction.Archive, HsmAction.Restore, HsmAction.Remove, HsmAction.Archive], ended);
        Assert.Equal(content, File.ReadAllBytes(stage.CopyOf(1)));
    }

    [Fact]
    public void A_request_that_comes_again_while_it_is_at_work_is_done_once()
    {
        using var stage = new MoverStage { Options = new() { ArchiveSlots = 1, ProgressInterval = TimeSpan.Zero } };
        using var goOn = new ManualResetEventSlim();
        stage.Write(1, 2_000_000);
        stage.Progress = _ =>
        {
            goOn.Wait(TestContext.Current.CancellationToken);
            return 0;
        };
        HsmRequest request = stage.Request(HsmAction.Archive, 1);
        for (int i = 0; i < 3; i++) stage.Mover.Start(request);
        goOn.Set();
        stage.WaitForEnd();
        stage.Run(HsmAction.Remove, 1);
        Assert.Equal([request.Cookie, request.Cookie + 1], stage.Ends.Select(end => end.Cookie));
    }

    [Fact]
    public void As_many_run_at_once_as_there_are_slots()
    {
        using var stage = new MoverStage { Options = new() { ArchiveSlots = 3, ProgressInterval = TimeSpan.Zero } };
        int running = 0, most = 0;
        using var all = new CountdownEvent(3);
        stage.Progress = _ =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            if (!all.IsSet) all.Signal();
            all.Wait(TestContext.Current.CancellationToken);
            Interlocked.Decrement(ref running);
            return 0;
        };
        for (uint file = 1; file <= 12; file++)
        {
            stage.Write(file, 1000);
            stage.Mover.Start(stage.Request(HsmAction.Archive, file));
        }

        Assert.All(Enumerable.Range(0, 12).Select(_ => stage.WaitForEnd()), report => Assert.Equal(0, report.Errno));
        Assert.Equal(3, most);
    }

    private static void InterlockedMax(ref int most, int now)
    {
        int seen;
        while (now > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, now, seen) != seen)
        {
        }
    }

    private static int Touch(string path, int at)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        file.WriteByte(0x55);
        file.Flush();
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
        return 0;
    }

    /// <summary>Spends what there will never be.</summary>
    private sealed class Waiting(ManualResetEventSlim atWork) : IActionMover
    {
        public long Run(ActionRun run)
        {
            atWork.Set();
            run.Spend(int.MaxValue);
            return 0;
        }
    }
}
