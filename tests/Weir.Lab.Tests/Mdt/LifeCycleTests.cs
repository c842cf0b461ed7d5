using Weir.Lab.Mdt;
using Weir.Lustre;

namespace Weir.Lab.Tests.Mdt;

public sealed class LifeCycleTests : IDisposable
{
    private static readonly HashSet<(HsmStatus, HsmStatus)> Legal =
    [
        (HsmStatus.Waiting, HsmStatus.Started),
        (HsmStatus.Waiting, HsmStatus.Canceled),
        (HsmStatus.Started, HsmStatus.Waiting),
        (HsmStatus.Started, HsmStatus.Succeed),
        (HsmStatus.Started, HsmStatus.Failed),
        (HsmStatus.Started, HsmStatus.Canceled),
    ];

    private readonly LabDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Scenario.Seeds), MemberType = typeof(Scenario))]
    public void Every_step_is_one_that_the_coordinator_takes(int seed)
    {
        var current = new Dictionary<(string, ulong, bool), HsmStatus>();
        var seen = new HashSet<(HsmStatus, HsmStatus)>();
        Run(Scenario.Busy(seed), change =>
        {
            (string Mdt, ulong Cookie, bool IsCancel) key = (change.Mdt, change.Action.Cookie, change.Action.IsCancel);
            if (change.Before is not { } before)
            {
                Assert.Equal(HsmStatus.Waiting, change.Action.Status);
                Assert.True(current.TryAdd(key, HsmStatus.Waiting), $"Seed {seed}: {key} came twice.");
                return;
            }

            Assert.Equal(current[key], before);
            if (change.IsDeleted)
            {
                Assert.True(before.IsFinal(), $"Seed {seed}: {key} was deleted while {before}.");
                current.Remove(key);
                return;
            }

            Assert.Contains((before, change.Action.Status), Legal);
            seen.Add((before, change.Action.Status));
            current[key] = change.Action.Status;
        });
        Assert.Equal(Legal.Count, seen.Count);
    }

    [Theory]
    [MemberData(nameof(Scenario.Seeds), MemberType = typeof(Scenario))]
    public void Cookies_increase_strictly_and_a_cancel_has_its_victims(int seed)
    {
        var last = new Dictionary<string, ulong>();
        var live = new HashSet<(string, ulong)>();
        int cancels = 0;
        Run(Scenario.Busy(seed), change =>
        {
            ulong cookie = change.Action.Cookie;
            if (change.Action.IsCancel)
            {
                if (change.Before is not null) return;
                cancels++;
                Assert.Contains((change.Mdt, cookie), live);
                return;
            }

            if (change.IsDeleted) live.Remove((change.Mdt, cookie));
            if (change.Before is not null) return;
            Assert.True(cookie > last.GetValueOrDefault(change.Mdt), $"Seed {seed}: cookie {cookie} after {last.GetValueOrDefault(change.Mdt)}.");
            last[change.Mdt] = cookie;
            live.Add((change.Mdt, cookie));
        });
        Assert.True(cancels > 10);
        Assert.True(last.Values.All(cookie => cookie > (ulong)Scenario.Busy(seed).Start.ToUnixTimeSeconds()));
    }

    [Fact]
    public void Final_records_stay_for_the_grace_delay_or_hardly_at_all()
    {
        MdtClusterOptions options = Scenario.Busy(2) with { FailOversPerHour = 0 };
        var ended = new Dictionary<(string, ulong, bool), DateTimeOffset>();
        int hasty = 0, due = 0;
        Run(options, change =>
        {
            (string, ulong, bool) key = (change.Mdt, change.Action.Cookie, change.Action.IsCancel);
            if (!change.IsDeleted)
            {
                if (change.Action.Status.IsFinal()) ended.Add(key, change.Time);
                return;
            }

            TimeSpan stayed = change.Time - ended[key];
            if (stayed <= TimeSpan.FromSeconds(1))
            {
                hasty++;
                return;
            }

            due++;
            Assert.InRange(stayed, options.GraceDelay, options.GraceDelay + options.LoopPeriod);
        });
        Assert.True(hasty > 10 && due > 100, $"{hasty} hasty, {due} due.");
    }

    [Fact]
    public void What_is_still_to_be_done_is_not_asked_for_again()
    {
        var unfinished = new HashSet<(string, Fid, HsmAction)>();
        var asked = new HashSet<(string, Fid, HsmAction)>();
        int repeats = 0;
        Run(Scenario.Busy(1), change =>
        {
            if (change.Action.IsCancel) return;
            (string, Fid, HsmAction) wanted = (change.Mdt, change.Action.Fid, change.Action.Action);
            if (change.Before is null)
            {
                Assert.True(unfinished.Add(wanted));
                if (!asked.Add(wanted)) repeats++;
            }
            else if (change.Action.Status.IsFinal() && !change.IsDeleted)
            {
                unfinished.Remove(wanted);
            }
        });
        Assert.True(repeats > 50, $"Only {repeats} requests were repeats.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_status_change_moves_the_record_only_where_Lustre_did(bool moves)
    {
        var places = new Dictionary<(string, ulong, bool), (uint, uint)>();
        int moved = 0, stayed = 0;
        Run(Scenario.Busy(1) with { StatusChangesMoveRecords = moves, RecordsPerLog = 5000 }, change =>
        {
            (string, ulong, bool) key = (change.Mdt, change.Action.Cookie, change.Action.IsCancel);
            (uint, uint) place = (change.Action.CatalogIndex, change.Action.RecordIndex);
            if (change is { Before: not null, IsDeleted: false })
            {
                if (places[key] == place) stayed++;
                else moved++;
            }

            places[key] = place;
        });
        Assert.Equal(moves, moved > 0);
        Assert.Equal(!moves, stayed > 0);
    }

    private void Run(MdtClusterOptions options, Action<ActionChange> observer)
    {
        var cluster = new MdtCluster(_directory.Path, options) { Observer = observer };
        cluster.Advance(TimeSpan.FromMinutes(40));
    }
}
