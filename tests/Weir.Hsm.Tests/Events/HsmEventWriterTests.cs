using System.Text.Json;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Events;

public class HsmEventWriterTests
{
    private static readonly string Line = ActionText.Line(520, 36052, 0x6912db05, HsmStatus.Started, file: 0x1d648);

    [Fact]
    public void A_new_action_carries_every_member_that_both_generations_of_readers_ask_for()
    {
        string json = EventText.Text(EventText.State(HsmEventType.New, Line, 1758517756, 1758517000, 1758517700));
        Assert.Equal(
            $$"""{"event_type":"NEW","action":"ARCHIVE","fid":"0x200000401:0x1d648:0x0","status":"STARTED","mdt":"elm-MDT0000","cat_idx":520,"rec_idx":36052,"timestamp":1758517756,"raw":"{{Line}}","action_key":"0x200000401:0x1d648:0x0:ARCHIVE","cookie":"0x6912db05","first_seen":1758517000,"status_since":1758517700}""",
            json);
    }

    [Fact]
    public void A_purge_carries_every_member_that_both_generations_of_readers_ask_for()
    {
        string json = EventText.Text(EventText.Purged(Line, 1758517756, finalStateSeen: false, "0123456789abcdef0123456789abcdef"));
        Assert.Equal(
            """{"event_type":"PURGED","mdt":"elm-MDT0000","cat_idx":520,"rec_idx":36052,"timestamp":1758517756,"status":"PURGED","action_key":"0x200000401:0x1d648:0x0:ARCHIVE","hash":"0123456789abcdef0123456789abcdef","action":"ARCHIVE","fid":"0x200000401:0x1d648:0x0","cookie":"0x6912db05","final_state_seen":false}""",
            json);
    }

    [Fact]
    public void A_heartbeat_tells_which_action_it_is_about()
    {
        string json = EventText.Text(EventText.Heartbeat(Line, 1758517956));
        Assert.Equal(
            """{"event_type":"HEARTBEAT","mdt":"elm-MDT0000","cat_idx":520,"rec_idx":36052,"timestamp":1758517956,"fid":"0x200000401:0x1d648:0x0","action":"ARCHIVE","status":"STARTED","action_key":"0x200000401:0x1d648:0x0:ARCHIVE","cookie":"0x6912db05"}""",
            json);
    }

    [Fact]
    public void The_record_says_what_happened_on_which_mdt_to_which_file()
    {
        var batch = new RecordBatch();
        HsmEventWriter.WriteState(batch, new RecordId(7, 3), HsmEventType.Update, EventText.MdtName, ActionText.Parse(EventText.Utf8(Line)), new(1, 1, 1));
        foreach (RecordView record in batch)
        {
            Assert.Equal(new RecordId(7, 3), record.Id);
            Assert.Equal("UPDATE", EventText.Text(record.Type));
            Assert.Equal("elm-MDT0000", EventText.Text(record.Source));
            Assert.Equal("0x200000401:0x1d648:0x0", EventText.Text(record.Subject));
        }
    }

    [Theory]
    [InlineData("idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED")]
    [InlineData("idx=[1/2] action=RE\"STORE fid=[\\0xabc\"] status=ST\\ARTED x=é漢🙂")]
    [InlineData("idx=[1/2] action=A fid=[0x1] status=\\u0041 data=[\"\"\"]")]
    public void Whatever_a_line_holds_is_valid_json_and_comes_back_as_it_was(string line)
    {
        byte[] utf8 = EventText.Utf8(line);
        var parsed = ActionText.Parse(utf8);
        byte[] data = EventText.State(HsmEventType.New, line, 5);
        using JsonDocument document = JsonDocument.Parse(data);
        JsonElement json = document.RootElement;
        Assert.Equal(line, json.GetProperty("raw").GetString());
        Assert.Equal(EventText.Text(parsed.ActionText), json.GetProperty("action").GetString());
        Assert.Equal(EventText.Text(parsed.StatusText), json.GetProperty("status").GetString());
        Assert.Equal(EventText.Text(parsed.Fid), json.GetProperty("fid").GetString());
        Assert.True(new HsmEventReader().TryRead(data, out HsmEvent read));
        Assert.Equal(line, EventText.Text(read.Raw));
        Assert.Equal(EventText.Text(parsed.Fid), EventText.Text(read.Fid));
    }

    [Fact]
    public void An_mdt_named_by_any_directory_is_valid_json()
    {
        byte[][] names = [EventText.Utf8("a\"b\\c\u0001\u001f\u007f"), [0xff, 0x41, 0xc3], EventText.Utf8("é漢🙂")];
        foreach (byte[] name in names)
        {
            var mdt = new MdtName(name);
            byte[] data = EventText.Written(batch => HsmEventWriter.WriteHeartbeat(batch, new RecordId(1, 0), mdt, default, 5));
            using JsonDocument document = JsonDocument.Parse(data);
            Assert.Equal(mdt.Text, document.RootElement.GetProperty("mdt").GetString());
        }
    }

    [Fact]
    public void A_line_without_a_cookie_makes_an_event_without_one()
    {
        string json = EventText.Text(EventText.State(HsmEventType.New, "idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED", 9));
        Assert.DoesNotContain("cookie", json, StringComparison.Ordinal);
        Assert.Contains("\"action_key\":\"0xabc:RESTORE\",\"first_seen\":9", json, StringComparison.Ordinal);
    }
}
