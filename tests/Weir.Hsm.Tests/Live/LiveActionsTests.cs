using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Live;

public class LiveActionsTests
{
    private readonly LiveActions _live = new();
    private readonly HsmEventReader _reader = new();
    private ulong _id;

    [Fact]
    public void An_action_lives_from_its_first_event_to_its_purge()
    {
        string waiting = ActionText.Line(1, 2, 0x10);
        string started = ActionText.Line(1, 2, 0x10, HsmStatus.Started, archive: 3);
        Assert.Equal(LiveChange.Added, Apply(EventText.State(HsmEventType.New, waiting, 100)));
        Assert.Equal(LiveChange.Updated, Apply(EventText.State(HsmEventType.Update, started, 150, 100)));
        Assert.Equal(LiveChange.Refreshed, Apply(EventText.Heartbeat(started, 200)));
        LiveAction action = Single();
        Assert.Equal(("elm-MDT0000", "0x200000401:0x1:0x0"), (action.Mdt, action.Fid));
        Assert.Equal((HsmAction.Archive, HsmStatus.Started), (action.Action, action.Status));
        Assert.Equal(0x10ul, action.Cookie);
        Assert.Equal((1u, 2u), action.Index);
        Assert.Equal(3u, action.ArchiveId);
        Assert.Equal((100, 150, 200), (action.FirstSeen.ToUnixTimeSeconds(), action.StatusSince.ToUnixTimeSeconds(), action.LastEvent.ToUnixTimeSeconds()));
        Assert.Equal(new RecordId(1, 2), action.LastState);
        Assert.Equal(LiveChange.Removed, Apply(EventText.Purged(started, 300)));
        Assert.Equal(0, _live.Count);
        Assert.Equal(LiveChange.Unknown, Apply(EventText.Purged(started, 300)));
    }

    [Fact]
    public void A_repeated_new_is_no_second_action()
    {
        string line = ActionText.Line(1, 2, 0x10);
        Apply(EventText.State(HsmEventType.New, line, 100));
        Assert.Equal(LiveChange.Repeated, Apply(EventText.State(HsmEventType.New, line, 160)));
        Assert.Equal(1, _live.Count);
    }

    [Fact]
    public void A_state_told_again_later_is_a_refresh_and_the_same_one_twice_a_repeat()
    {
        string line = ActionText.Line(1, 2, 0x10);
        Apply(EventText.State(HsmEventType.New, line, 100));
        byte[] refresh = EventText.State(HsmEventType.Update, line, 90_000, 100, 100);
        Assert.Equal(LiveChange.Refreshed, Apply(refresh));
        Assert.Equal(LiveChange.Repeated, Apply(refresh));
        Assert.Equal(100, Single().FirstSeen.ToUnixTimeSeconds());
    }

    [Fact]
    public void A_cancel_and_its_victim_are_two_actions_with_one_cookie()
    {
        string victim = ActionText.Line(1, 2, 0x10, HsmStatus.Canceled);
        string cancel = ActionText.Line(1, 3, 0x10, HsmStatus.Succeed, HsmAction.Cancel);
        Apply(EventText.State(HsmEventType.New, victim, 100));
        Apply(EventText.State(HsmEventType.New, cancel, 100));
        Assert.Equal(2, _live.Count);
        Assert.Equal(LiveChange.Removed, Apply(EventText.Purged(victim, 200)));
        Assert.Equal(HsmAction.Cancel, Single().Action);
    }

    [Fact]
    public void The_purge_of_an_earlier_record_of_the_place_leaves_the_later_one_alone()
    {
        string earlier = ActionText.Line(1, 2, 0x10, HsmStatus.Succeed);
        string later = ActionText.Line(1, 2, 0x20);
        Apply(EventText.State(HsmEventType.New, earlier, 100));
        Assert.Equal(LiveChange.Added, Apply(EventText.State(HsmEventType.New, later, 200)));
        Assert.Equal(LiveChange.Unknown, Apply(EventText.Purged(earlier, 200)));
        Assert.Equal(0x20ul, Single().Cookie);
    }

    [Fact]
    public void An_action_whose_record_moved_is_purged_at_its_new_place_only()
    {
        string before = ActionText.Line(1, 2, 0x10);
        string after = ActionText.Line(1, 9, 0x10, HsmStatus.Started);
        Apply(EventText.State(HsmEventType.New, before, 100));
        Assert.Equal(LiveChange.Updated, Apply(EventText.State(HsmEventType.New, after, 200)));
        Assert.Equal(LiveChange.Unknown, Apply(EventText.Purged(before, 200)));
        Assert.Equal((1u, 9u), Single().Index);
        Assert.Equal(LiveChange.Removed, Apply(EventText.Purged(after, 300)));
    }

    [Fact]
    public void A_cookie_that_names_another_file_names_another_action()
    {
        Apply(EventText.State(HsmEventType.New, ActionText.Line(1, 2, 0x10, file: 7), 100));
        Assert.Equal(LiveChange.Added, Apply(EventText.State(HsmEventType.New, ActionText.Line(1, 3, 0x10, file: 8), 500)));
        LiveAction action = Single();
        Assert.Equal(("0x200000401:0x8:0x0", 500), (action.Fid, action.FirstSeen.ToUnixTimeSeconds()));
    }

    [Fact]
    public void Events_of_generation_1_find_the_action_by_its_place()
    {
        string line = ActionText.Line(1, 2, 0x10);
        Assert.Equal(LiveChange.Added, Apply(EventText.Python1State("NEW", line, 100)));
        Assert.Equal(LiveChange.Refreshed, Apply(EventText.Python1Short("HEARTBEAT", 1, 2, 150)));
        Assert.Equal(150, Single().LastEvent.ToUnixTimeSeconds());
        Assert.Equal(LiveChange.Updated, Apply(EventText.Python1State("UPDATE", ActionText.Line(1, 2, 0x10, HsmStatus.Started), 160)));
        Assert.Equal(LiveChange.Removed, Apply(EventText.Python1Short("PURGED", 1, 2, 200)));
        Assert.Equal(0, _live.Count);
    }

    [Fact]
    public void A_purge_by_place_alone_removes_an_action_that_weir_shipped()
    {
        Apply(EventText.State(HsmEventType.New, ActionText.Line(1, 2, 0x10), 100));
        Assert.Equal(LiveChange.Removed, Apply(EventText.Python1Short("PURGED", 1, 2, 200)));
    }

    [Fact]
    public void A_purge_that_names_another_file_at_the_place_is_about_an_earlier_record()
    {
        Apply(EventText.Python2State("NEW", ActionText.Line(1, 2, 0x10, file: 8), 100));
        Assert.Equal(LiveChange.Unknown, Apply(EventText.Python2Purged(ActionText.Line(1, 2, 0x9, file: 7), 100)));
        Assert.Equal(1, _live.Count);
    }

    [Fact]
    public void A_maintenance_purge_removes_the_oldest_action_of_that_file_and_name_only()
    {
        Apply(EventText.Python2State("NEW", ActionText.Line(1, 5, 0x50, file: 7), 300));
        Apply(EventText.Python2State("NEW", ActionText.Line(1, 2, 0x20, file: 7), 100));
        Apply(EventText.Python2State("NEW", ActionText.Line(1, 3, 0x30, HsmStatus.Waiting, HsmAction.Restore, file: 7), 50));
        Apply(EventText.Python2State("NEW", ActionText.Line(1, 4, 0x40, file: 8), 60));
        byte[] purge = EventText.Python2MaintenancePurge("0x200000401:0x7:0x0", HsmAction.Archive, 900);
        Assert.Equal(LiveChange.Removed, Apply(purge));
        Assert.Equal([0x30ul, 0x40ul, 0x50ul], Cookies());
        Assert.Equal(LiveChange.Removed, Apply(purge));
        Assert.Equal(LiveChange.Unknown, Apply(purge));
        Assert.Equal([0x30ul, 0x40ul], Cookies());
    }

    [Fact]
    public void A_cookie_is_learnt_from_whoever_knows_it()
    {
        string line = "idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED";
        Apply(EventText.Python1State("NEW", line, 100));
        Assert.Null(Single().Cookie);
        Assert.Equal(LiveChange.Updated, Apply(EventText.State(
            HsmEventType.Update, "idx=1/2 action=RESTORE fid=0xabc compound/cookie=0x0/0x77 status=STARTED", 200)));
        Assert.Equal(0x77ul, Single().Cookie);
        Assert.Equal(100, Single().StatusSince.ToUnixTimeSeconds() - 100);
    }

    [Fact]
    public void Names_that_lustre_does_not_know_come_back_as_they_were()
    {
        Apply(EventText.State(HsmEventType.New, "idx=[1/2] action=FROB fid=[0xabc] status=HALF", 100));
        LiveAction action = Single();
        Assert.Equal(("0xabc", "FROB", "HALF"), (action.Fid, action.ActionText, action.StatusText));
        Apply(EventText.State(HsmEventType.Update, "idx=[1/2] action=FROB fid=[0xabc] status=DONE", 200));
        Assert.Equal(("0xabc", "FROB", "DONE"), (Single().Fid, Single().ActionText, Single().StatusText));
    }

    [Fact]
    public void Mdts_are_kept_apart_whatever_their_names_are()
    {
        byte[][] names = [[0xff], [0xfe], "a"u8.ToArray(), "\ufffd"u8.ToArray()];
        for (int round = 0; round < 2; round++)
        {
            foreach (byte[] name in names)
            {
                var told = new HsmEvent { Type = HsmEventType.New, Mdt = name, HasIndex = true, CatalogIndex = 1, RecordIndex = 1, Fid = "0x1:0x1:0x0"u8 };
                Assert.Equal(round == 0 ? LiveChange.Added : LiveChange.Repeated, _live.Apply(told, new RecordId(1, ++_id)));
            }
        }

        Assert.Equal((4, 4L), (_live.Mdts.Count, _live.Count));
        Assert.Equal(1, _live.Find("a")!.Count);
        Assert.Null(_live.Find("b"));
    }

    [Fact]
    public void What_is_no_event_is_passed_over_and_counted()
    {
        var batch = new RecordBatch();
        batch.Add("NEW"u8, "m"u8, "f"u8, "{\"no\":1}"u8);
        foreach (RecordView record in batch) Assert.Equal(LiveChange.Unknown, _live.Apply(record));
        Assert.Equal((0L, 1L), (_live.Count, _live.Unreadable));
    }

    private LiveChange Apply(byte[] data)
    {
        Assert.True(_reader.TryRead(data, out HsmEvent told));
        return _live.Apply(told, new RecordId(1, ++_id));
    }

    private LiveAction Single()
    {
        LiveAction? single = null;
        foreach (LiveAction action in _live.Mdts[0])
        {
            Assert.Null(single);
            single = action;
        }

        return Assert.NotNull(single);
    }

    private ulong[] Cookies()
    {
        var cookies = new List<ulong>();
        foreach (LiveAction action in _live.Mdts[0]) cookies.Add(action.Cookie!.Value);
        cookies.Sort();
        return [.. cookies];
    }
}
