using System.Text;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Tests.Protocol;

public sealed class MessageFramerTests
{
    [Fact]
    public void Messages_stand_back_to_back_or_with_white_space_between() =>
        Assert.Equal(["message {}", "message {\"a\":1}", "message {\"b\":[{}]}"], FramedStream.Read("{}{\"a\":1} \r\n\t{\"b\":[{}]}\n"));

    [Fact]
    public void A_long_list_comes_item_by_item_before_its_message() =>
        Assert.Equal(
            ["liststart 0", "item 0 {\"a\":[1]}", "item 0 {}", "message {\"hsm_action_items\" : [],\"command\":\"queue\"}"],
            FramedStream.Read("{\"hsm_action_items\" : [ {\"a\":[1]} ,{}],\"command\":\"queue\"}"));

    [Fact]
    public void Lists_of_other_names_and_in_other_places_stay_in_the_message()
    {
        string message = "{\"x\":\"hsm_action_items\",\"y\":[{\"hai_list\":[1]}],\"caps\":[\"data_b64\"]}";
        Assert.Equal([$"message {message}"], FramedStream.Read(message));
    }

    [Fact]
    public void Any_value_may_be_an_item() =>
        Assert.Equal(
            ["liststart 1", "item 1 1", "item 1 \"]}\\\"\"", "item 1 null", "item 1 [[]]", "item 1 -2e5", "message {\"hai_list\":[]}"],
            FramedStream.Read("{\"hai_list\":[1,\"]}\\\"\", null ,[[]],-2e5]}"));

    [Fact]
    public void A_second_list_of_a_message_is_told_as_one() =>
        Assert.Equal(
            ["liststart 0", "item 0 1", "liststart 0", "item 0 2", "message {\"hsm_action_items\":[],\"hsm_action_items\":[]}"],
            FramedStream.Read("{\"hsm_action_items\":[1],\"hsm_action_items\":[2]}"));

    [Theory]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("{}x")]
    [InlineData("\0{}")]
    [InlineData("{\"hai_list\":[1,]}")]
    [InlineData("{\"hai_list\":[,1]}")]
    [InlineData("{\"hai_list\":[1 2]}")]
    [InlineData("{\"hai_list\":[}")]
    [InlineData("{\"a\":[[[[[[[[1]]]]]]]]}")]
    [InlineData("{\"hai_list\":[{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{}}}}}}}]}")]
    public void What_is_no_message_is_refused(string stream) => Assert.StartsWith("refused", FramedStream.Read(stream)[^1], StringComparison.Ordinal);

    [Fact]
    public void Half_a_message_is_waited_for() => Assert.Equal(["message {}", "unfinished"], FramedStream.Read("{}{\"command\":\"st"));

    [Theory]
    [InlineData("{\"command\":\"")]
    [InlineData("{\"hsm_action_items\":[{\"hai_data\":\"")]
    public void A_string_that_does_not_end_is_refused_before_it_is_held(string start)
    {
        using var framer = new MessageFramer(ProtocolLimits.Default, RequestReader.Lists);
        byte[] begin = Encoding.UTF8.GetBytes(start);
        begin.CopyTo(framer.GetMemory(begin.Length).Span);
        framer.Advance(begin.Length);
        long sent = 0;
        var refusal = Assert.Throws<ProtocolException>(() =>
        {
            for (; sent < 1 << 30; sent += 65536)
            {
                while (framer.Read(out _) != FrameKind.NeedsMore) { }
                framer.GetMemory(65536).Span[..65536].Fill((byte)'a');
                framer.Advance(65536);
            }
        });
        Assert.Contains("A string is longer", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(sent, 1, 1 << 20);
    }

    [Fact]
    public void A_message_that_does_not_end_is_refused()
    {
        var limits = new ProtocolLimits { MaxMessageBytes = 4096 };
        string message = "{" + string.Join(",", Enumerable.Range(0, 1000).Select(number => $"\"k{number}\":0")) + "}";
        Assert.StartsWith("refused A message is longer", FramedStream.Read(Encoding.UTF8.GetBytes(message), [100, 100, int.MaxValue], limits)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_any_length_passes_through_a_small_buffer()
    {
        using var framer = new MessageFramer(new ProtocolLimits { MaxMessageBytes = 4096 }, RequestReader.Lists);
        Feed(framer, "{\"command\":\"queue\",\"hsm_action_items\":["u8);
        Assert.Equal(FrameKind.ListStart, framer.Read(out _));
        int items = 0;
        for (int i = 0; i < 20_000; i++)
        {
            Feed(framer, i == 0 ? "{\"hai_data\":\"0123456789\"}"u8 : ",{\"hai_data\":\"0123456789\"}"u8);
            while (framer.Read(out _) == FrameKind.Item) items++;
            Assert.InRange(framer.PendingBytes, 0, 4096);
        }

        Feed(framer, "]}"u8);
        Assert.Equal(FrameKind.Message, framer.Read(out ReadOnlySpan<byte> message));
        Assert.Equal("{\"command\":\"queue\",\"hsm_action_items\":[]}", Encoding.UTF8.GetString(message));
        Assert.Equal(20_000, items);
    }

    [Fact]
    public void Where_the_stream_is_cut_makes_no_difference()
    {
        foreach (int seed in Enumerable.Range(1, LongRun.IsOn ? 20_000 : 400))
        {
            var random = new Random(seed);
            byte[] stream = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => RandomJson.Message(random))));
            if (random.Next(3) == 0) stream[random.Next(stream.Length)] = (byte)random.Next(256);
            List<string> whole = FramedStream.Read(stream, [int.MaxValue]);
            List<string> pieces = FramedStream.Read(stream, FramedStream.RandomPieces(random));
            Assert.True(whole.SequenceEqual(pieces), $"seed {seed}: {string.Join(" | ", whole)} <> {string.Join(" | ", pieces)}");
        }
    }

    private static void Feed(MessageFramer framer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(framer.GetMemory(bytes.Length).Span);
        framer.Advance(bytes.Length);
    }
}
