using System.Text;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Tests.Protocol;

public sealed class ReplyWriterTests
{
    [Fact]
    public void Success_is_the_command_alone() => Assert.Equal("{\"command\": \"done\"}", Write(json => ReplyWriter.Write(json, "done"u8)));

    [Fact]
    public void Failure_has_a_number_and_a_text() =>
        Assert.Equal("{\"command\": \"ehlo\", \"status\": 22, \"error\": \"no\"}", Write(json => ReplyWriter.Write(json, "ehlo"u8, 22, "no"u8)));

    [Fact]
    public void Zeros_are_left_out()
    {
        Assert.Equal("{\"command\": \"queue\", \"enqueued\": 3}", Write(json => ReplyWriter.WriteQueue(json, 3, 0)));
        Assert.Equal("{\"command\": \"queue\", \"skipped\": 1, \"status\": -22, \"error\": \"e\"}", Write(json => ReplyWriter.WriteQueue(json, 0, 1, -22, "e"u8)));
    }

    [Fact]
    public void A_list_of_work()
    {
        Assert.Equal(
            "{\"hsm_action_list\": {\"hal_version\": 1, \"hal_archive_id\": 2, \"hal_fsname\": \"testfs\", \"list\": [1, 2]}, \"command\": \"recv\"}",
            Write(json =>
            {
                ReplyWriter.BeginRecv(json, 2, 0, "testfs"u8);
                json.Value(1);
                json.Value(2);
                ReplyWriter.EndRecv(json);
            }));
        Assert.Contains("\"hal_archive_id\": 2, \"hal_flags\": 4, \"hal_fsname\"", Write(json => ReplyWriter.BeginRecv(json, 2, 4, "testfs"u8)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_escaped_as_jansson_escapes_it() =>
        Assert.Equal(
            "{\"a\": \"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\u007f ä😀\"}",
            Write(json =>
            {
                json.BeginObject();
                json.Member("a"u8, "\"\\/\b\f\n\r\t\0\u001f\u007f ä😀"u8);
                json.EndObject();
            }));

    [Fact]
    public void What_was_written_can_be_taken_back()
    {
        var json = new JsonComposer();
        json.BeginObject();
        json.BeginArray("l"u8);
        json.Value(1);
        int before = json.Length;
        json.Value(2);
        json.CutTo(before);
        json.Value(3);
        json.EndArray();
        json.EndObject();
        Assert.Equal("{\"l\": [1, 3]}", Encoding.UTF8.GetString(json.Written));
    }

    private static string Write(Action<JsonComposer> write)
    {
        var json = new JsonComposer(1);
        write(json);
        return Encoding.UTF8.GetString(json.Written);
    }
}
