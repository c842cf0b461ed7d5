using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Hsm.Reconciling;
using Weir.Hsm.Shipping;
using Weir.Hsm.Tests.Shipping;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Reconciling;

public sealed class ReconcilerTests : IAsyncDisposable
{
    private readonly ShipperRig _rig = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ReconcileOptions Options => new() { Actions = _rig.Options.Actions };

    [Fact]
    public async Task Files_and_stream_that_agree_are_in_order()
    {
        _rig.Write([Line(1), Line(2)]);
        await _rig.PollWellAsync();
        ReconcileReport report = await CompareAsync();
        MdtComparison mdt = Assert.Single(report.Mdts);
        Assert.Equal((2, 2, 0, 0, 0), (mdt.InFile, mdt.InStream, mdt.Missing, mdt.Extra, mdt.Different));
        Assert.True(report.IsInOrder);
    }

    [Fact]
    public async Task Missing_extra_and_different_actions_are_counted_and_named()
    {
        _rig.Write([Line(1), Line(2), Line(3)]);
        await _rig.PollWellAsync();
        _rig.Write([Line(2, HsmStatus.Started), Line(3), Line(4), Line(5)]);
        MdtComparison mdt = Assert.Single((await CompareAsync()).Mdts);
        Assert.Equal((4, 3, 2, 1, 1), (mdt.InFile, mdt.InStream, mdt.Missing, mdt.Extra, mdt.Different));
        Assert.Equal([4ul, 5ul], mdt.MissingExamples.Select(example => example.Cookie!.Value));
        Assert.Equal((1ul, "WAITING", null), (mdt.ExtraExamples[0].Cookie, mdt.ExtraExamples[0].StreamStatus, mdt.ExtraExamples[0].FileStatus));
        Assert.Equal(("STARTED", "WAITING"), (mdt.DifferentExamples[0].FileStatus, mdt.DifferentExamples[0].StreamStatus));
        Assert.False(mdt.IsInOrder);
    }

    [Fact]
    public async Task Another_status_alone_is_a_note()
    {
        _rig.Write([Line(1)]);
        await _rig.PollWellAsync();
        _rig.Write([Line(1, HsmStatus.Started)]);
        ReconcileReport report = await CompareAsync();
        Assert.Equal((1, true), (report.Different, report.IsInOrder));
    }

    [Fact]
    public async Task An_index_used_again_is_one_missing_and_one_extra_action()
    {
        _rig.Write([Line(1)]);
        await _rig.PollWellAsync();
        _rig.Write([ActionText.Line(1, 1, 77, file: 9)]);
        ReconcileReport report = await CompareAsync();
        Assert.Equal((1, 1), (report.Missing, report.Extra));
    }

    [Fact]
    public async Task Examples_are_bounded_and_counts_are_not()
    {
        _rig.Write(Enumerable.Range(1, 500).Select(n => Line((uint)n)));
        MdtComparison mdt = Assert.Single((await CompareAsync()).Mdts);
        Assert.Equal((500, 5), (mdt.Missing, mdt.MissingExamples.Count));
    }

    [Fact]
    public async Task A_cut_file_says_nothing_about_what_is_not_in_it()
    {
        _rig.Write([Line(1), Line(2), Line(3)]);
        await _rig.PollWellAsync();
        _rig.WriteText(Line(1) + "\n" + Line(2)[..50]);
        MdtComparison mdt = Assert.Single((await CompareAsync()).Mdts);
        Assert.Equal((0, 0), (mdt.Missing, mdt.Extra));
        Assert.Contains("ends in the middle of a line", mdt.Problem, StringComparison.Ordinal);
        Assert.False(mdt.IsInOrder);
    }

    [Fact]
    public async Task MDTs_without_a_file_here_are_listed_and_not_compared_unless_asked_for()
    {
        _rig.Write([Line(1)]);
        _rig.Write([Line(1)], "lab-MDT0001");
        await _rig.PollWellAsync();
        _rig.RemoveFile("lab-MDT0001");
        ReconcileReport report = await CompareAsync();
        Assert.Equal(["lab-MDT0001"], report.NotCompared);
        Assert.True(report.IsInOrder);
        report = await CompareAsync(Options with { Mdts = ["lab-MDT0001"] });
        Assert.Equal("lab-MDT0001", Assert.Single(report.Mdts).Mdt);
        Assert.False(report.IsInOrder);
        await _rig.PollWellAsync();
        report = await CompareAsync(Options with { Mdts = ["lab-MDT0001"] });
        Assert.True(Assert.Single(report.Mdts).IsSourceLost);
    }

    [Fact]
    public async Task Output_of_get_param_is_compared_MDT_by_MDT()
    {
        _rig.WriteText($"mdt.lab-MDT0000.hsm.actions=\n{Line(1)}\nmdt.lab-MDT0001.hsm.actions=\n{Line(2)}\nmdt.lab-MDT0002.hsm.actions=\n");
        await _rig.PollWellAsync();
        ReconcileReport report = await CompareAsync();
        Assert.Equal([("lab-MDT0000", 1), ("lab-MDT0001", 1), ("lab-MDT0002", 0)], report.Mdts.Select(mdt => (mdt.Mdt, mdt.InFile)));
        Assert.True(report.IsInOrder);
    }

    [Fact]
    public async Task A_pattern_that_matches_nothing_is_a_problem()
    {
        ReconcileReport report = await CompareAsync();
        Assert.Contains("no file matches", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActionLayout.PerMdt)]
    [InlineData(ActionLayout.Single)]
    public async Task A_repair_without_a_shipper_writes_exactly_the_differences(ActionLayout layout)
    {
        await using var rig = new ShipperRig(layout);
        rig.Write([Line(1), Line(2), Line(3)]);
        await rig.PollWellAsync();
        await rig.ReopenEngineAsync();
        rig.Write([Line(2, HsmStatus.Started), Line(3), Line(4)]);
        await using var reconciler = new Reconciler(rig.Engine, new() { Actions = rig.Options.Actions });
        ReconcileReport before = await reconciler.CompareAsync(Cancelled);
        var repairer = new Repairer(rig.Engine, new() { Actions = rig.Options.Actions }, new() { Time = rig.Time }, NullLogger.Instance);
        RepairReport repaired = await repairer.RepairAsync(reconciler, before, Cancelled);
        Assert.Equal((RepairWay.Direct, 3), (repaired.Way, repaired.EventsWritten));
        Assert.Empty(repaired.Problems);
        Assert.True(repaired.After.IsInOrder);
        Assert.Equal(0, repaired.After.Different);
        Assert.Equal("NEW NEW NEW UPDATE NEW PURGED", await rig.TypesAsync());
    }

    [Fact]
    public async Task A_repair_of_a_running_shippers_topic_goes_through_that_shipper()
    {
        _rig.Write([Line(1), Line(2)]);
        await _rig.PollWellAsync();
        _rig.Write([Line(2), Line(3)]);
        await using IFeedEngine mine = _rig.OpenEngine();
        await using var reconciler = new Reconciler(mine, Options);
        var repairer = new Repairer(mine, Options, new() { Time = _rig.Time }, NullLogger.Instance);
        ReconcileReport before = await reconciler.CompareAsync(Cancelled);
        Task<RepairReport> repairing = repairer.RepairAsync(reconciler, before, Cancelled);
        await _rig.Time.WhenTimersAsync(1, Cancelled);
        Assert.False(repairing.IsCompleted);
        CycleReport poll = await _rig.Shipper.RunCycleAsync(Cancelled);
        Assert.True(poll.IsFullCompare);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        RepairReport repaired = await repairing;
        Assert.Equal((RepairWay.Shipper, 0, true), (repaired.Way, repaired.EventsWritten, repaired.After.IsInOrder));
        Assert.False((await _rig.PollWellAsync()).IsFullCompare);
        Assert.Equal("ship:host-a", Assert.Single(await _rig.Engine.ListPositionsAsync(ActionTopics.Requests, Cancelled)).Consumer);
    }

    [Fact]
    public async Task A_shipper_that_does_not_answer_in_time_is_named_as_the_reason()
    {
        _rig.Write([Line(1)]);
        await _rig.PollWellAsync();
        _rig.Write([]);
        await using IFeedEngine mine = _rig.OpenEngine();
        await using var reconciler = new Reconciler(mine, Options);
        var repairer = new Repairer(mine, Options, new() { Time = _rig.Time, Timeout = TimeSpan.FromSeconds(3) }, NullLogger.Instance);
        Task<RepairReport> repairing = repairer.RepairAsync(reconciler, await reconciler.CompareAsync(Cancelled), Cancelled);
        while (!repairing.IsCompleted)
        {
            await Task.WhenAny(repairing, _rig.Time.WhenTimersAsync(1, Cancelled));
            _rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        RepairReport repaired = await repairing;
        Assert.Contains("running shipper was asked", Assert.Single(repaired.Problems), StringComparison.Ordinal);
        Assert.Equal(1, repaired.After.Extra);
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private static string Line(uint number, HsmStatus status = HsmStatus.Waiting) => ActionText.Line(1, number, number, status, file: number);

    private async Task<ReconcileReport> CompareAsync(ReconcileOptions? options = null)
    {
        await using var reconciler = new Reconciler(_rig.Engine, options ?? Options);
        return await reconciler.CompareAsync(Cancelled);
    }
}
