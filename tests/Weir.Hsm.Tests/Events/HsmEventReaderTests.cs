using System.Text;
using System.Text.Json.Nodes;
using Weir.Hsm.Events;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Events;

public class HsmEventReaderTests
{
    private static readonly string Line = ActionText.Line(520, 36052, 0x6912db05, HsmStatus.Started, file: 0x1d648);

    public static TheoryData<string> OwnEvents() =>
    [
        EventText.Text(EventText.State(HsmEventType.New, Line, 1758517756, 1758517000, 1758517700)),
        EventText.Text(EventText.State(HsmEventType.New, Line, 1758517756, 1758517756, 1758517756)),
        EventText.Text(EventText.State(HsmEventType.Update, Line, 1758517756, 1758517000, 1758517756)),
        EventText.Text(EventText.State(HsmEventType.Update, "idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED", 9)),
        EventText.Text(EventText.Purged(Line, 1758517756, finalStateSeen: false, "0123456789abcdef0123456789abcdef")),
        EventText.Text(EventText.Purged("idx=[1/2] action=RESTORE fid=[0xabc] status=FAILED", 9)),
        EventText.Text(EventText.Heartbeat(Line, 1758517956)),
    ];

    [Theory, MemberData(nameof(OwnEvents))]
    public void Own_events_are_read_in_one_pass(string json) => Assert.True(OwnOrderReader.TryRead(EventText.Utf8(json), out _));

    [Theory, MemberData(nameof(OwnEvents))]
    public void Both_ways_of_reading_agree(string json)
    {
        byte[] data = EventText.Utf8(json);
        Assert.True(OwnOrderReader.TryRead(data, out HsmEvent fast));
        Assert.True(new AnyOrderReader().TryRead(data, out HsmEvent slow));
        Assert.Equal(Describe(slow), Describe(fast));
    }

    [Theory]
    [InlineData(HsmEventType.New, 100, 100, 100, false, false)]
    [InlineData(HsmEventType.New, 100, 90, 100, true, false)]
    [InlineData(HsmEventType.New, 100, 90, 95, true, true)]
    [InlineData(HsmEventType.New, 100, 100, 95, false, true)]
    [InlineData(HsmEventType.Update, 100, 100, 100, true, false)]
    public void Times_that_are_the_timestamp_are_left_out_and_read_all_the_same(
        HsmEventType type, long now, long firstSeen, long statusSince, bool hasFirstSeen, bool hasStatusSince)
    {
        byte[] data = EventText.State(type, Line, now, firstSeen, statusSince);
        Assert.Equal((hasFirstSeen, hasStatusSince), (EventText.Text(data).Contains("first_seen"), EventText.Text(data).Contains("status_since")));
        Assert.True(new HsmEventReader().TryRead(data, out HsmEvent read));
        Assert.Equal((firstSeen, statusSince), (read.FirstSeen, read.StatusSince));
    }

    [Fact]
    public void An_event_of_the_Python_tools_has_no_times_but_its_timestamp()
    {
        foreach (byte[] data in (byte[][])[EventText.Python1State("NEW", Line, 100), EventText.Python2State("NEW", Line, 100), EventText.Python2State("UPDATE", Line, 100)])
        {
            Assert.True(new HsmEventReader().TryRead(data, out HsmEvent read));
            Assert.Equal((100L, 0L, 0L), (read.Timestamp, read.FirstSeen, read.StatusSince));
        }
    }

    [Fact]
    public void A_line_without_a_cookie_says_when_the_action_was_first_seen()
    {
        byte[] data = EventText.State(HsmEventType.New, "idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED", 100, 100, 100);
        Assert.True(new HsmEventReader().TryRead(data, out HsmEvent read));
        Assert.Equal((100L, 100L), (read.FirstSeen, read.StatusSince));
    }

    [Theory, MemberData(nameof(OwnEvents))]
    public void Members_are_read_in_any_order_among_unknown_ones(string json)
    {
        var random = new Random(1);
        for (int i = 0; i < 50; i++)
        {
            KeyValuePair<string, JsonNode?>[] members = [.. JsonNode.Parse(json)!.AsObject()];
            random.Shuffle(members);
            var shuffled = new JsonObject { ["unknown"] = new JsonArray(new JsonObject { ["mdt"] = "other" }), ["x"] = null };
            foreach ((string name, JsonNode? value) in members) shuffled[name] = value?.DeepClone();
            Assert.True(new AnyOrderReader().TryRead(EventText.Utf8(json), out HsmEvent expected));
            Assert.True(new HsmEventReader().TryRead(EventText.Utf8(shuffled.ToJsonString()), out HsmEvent read), $"order {i}");
            Assert.Equal(Describe(expected), Describe(read));
        }
    }

    [Theory, MemberData(nameof(OwnEvents))]
    public void A_cut_or_damaged_event_never_throws(string json)
    {
        byte[] data = EventText.Utf8(json);
        var reader = new HsmEventReader();
        for (int length = 0; length < data.Length; length++) Assert.False(reader.TryRead(data.AsSpan(0, length), out _));
        Assert.Equal(data.Length, reader.Unreadable);
        for (int i = 0; i < data.Length * 8; i++)
        {
            byte[] flipped = [.. data];
            flipped[i / 8] ^= (byte)(1 << (i % 8));
            reader.TryRead(flipped, out _);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"event_type\":\"NEW\"}")]
    [InlineData("{\"event_type\":\"NEW\",\"mdt\":5}")]
    [InlineData("{\"event_type\":\"SOURCE_LOST\",\"mdt\":\"m\"}")]
    [InlineData("{\"event_type\":\"NEW\",\"mdt\":\"m\"} {}")]
    [InlineData("{\"event_type\":\"NEW\",\"mdt\":\"\\ud800\"}")]
    public void What_is_no_event_is_counted(string json)
    {
        var reader = new HsmEventReader();
        Assert.False(reader.TryRead(EventText.Utf8(json), out _));
        Assert.Equal((0, 1), (reader.EventsRead, reader.Unreadable));
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        string json = $"{{\"event_type\":\"NEW\",\"mdt\":\"m\",\"x\":{new string('[', 100_000)}{new string(']', 100_000)}}}";
        Assert.False(new HsmEventReader().TryRead(EventText.Utf8(json), out _));
    }

    [Fact]
    public void Generation_1_state_events_are_read_with_the_cookie_of_their_line()
    {
        Assert.True(new HsmEventReader().TryRead(EventText.Python1State("UPDATE", Line, 1758517756), out HsmEvent read));
        Assert.Equal(HsmEventType.Update, read.Type);
        Assert.Equal("elm-MDT0000", EventText.Text(read.Mdt));
        Assert.Equal("0x200000401:0x1d648:0x0", EventText.Text(read.Fid));
        Assert.Equal((HsmAction.Archive, HsmStatus.Started), (read.Action, read.Status));
        Assert.Equal((true, 520u, 36052u), (read.HasIndex, read.CatalogIndex, read.RecordIndex));
        Assert.Equal(0x6912db05ul, read.Cookie);
        Assert.Equal(1758517756, read.Timestamp);
        Assert.Equal(Line, EventText.Text(read.Raw));
    }

    [Fact]
    public void Generation_1_heartbeats_and_purges_name_a_place_only()
    {
        foreach (string type in (string[])["HEARTBEAT", "PURGED"])
        {
            Assert.True(new HsmEventReader().TryRead(EventText.Python1Short(type, 520, 36052, 7), out HsmEvent read));
            Assert.Equal((true, 520u, 36052u, false), (read.HasIndex, read.CatalogIndex, read.RecordIndex, read.HasCookie));
        }
    }

    [Fact]
    public void A_maintenance_purge_of_generation_2_names_an_action_key_only()
    {
        Assert.True(new HsmEventReader().TryRead(EventText.Python2MaintenancePurge("0x1:0x2:0x0", HsmAction.Restore, 7), out HsmEvent read));
        Assert.Equal(HsmEventType.Purged, read.Type);
        Assert.False(read.HasIndex);
        Assert.Equal("0x1:0x2:0x0:RESTORE", EventText.Text(read.ActionKey));
    }

    [Fact]
    public void Numbers_in_unusual_forms_are_taken_or_left_out()
    {
        Assert.True(new HsmEventReader().TryRead(
            """{"event_type":"NEW","mdt":"m","cat_idx":-1,"rec_idx":4294967295,"timestamp":1758517756.75,"cookie":1762843397}"""u8, out HsmEvent read));
        Assert.Equal((true, uint.MaxValue, uint.MaxValue), (read.HasIndex, read.CatalogIndex, read.RecordIndex));
        Assert.Equal(1758517756, read.Timestamp);
        Assert.Equal(1762843397ul, read.Cookie);
        Assert.True(new HsmEventReader().TryRead(
            """{"event_type":"NEW","mdt":"m","cat_idx":1e99,"rec_idx":"5","timestamp":-3,"cookie":"6912"}"""u8, out read));
        Assert.Equal((false, 0L, false), (read.HasIndex, read.Timestamp, read.HasCookie));
    }

    private static string Describe(in HsmEvent read)
    {
        var text = new StringBuilder();
        text.Append($"{read.Type}|{EventText.Text(read.Mdt)}|{EventText.Text(read.Fid)}|{EventText.Text(read.ActionText)}|{EventText.Text(read.StatusText)}|");
        text.Append($"{EventText.Text(read.Raw)}|{EventText.Text(read.ActionKey)}|{read.HasIndex}|{read.CatalogIndex}|{read.RecordIndex}|{read.Cookie:x}|");
        text.Append($"{read.Timestamp}|{read.FirstSeen}|{read.StatusSince}|{read.FinalStateSeen}");
        return text.ToString();
    }
}
