using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

public sealed class ActionLinePropertyTests
{
    [Theory]
    [MemberData(nameof(Seeds.Few), MemberType = typeof(Seeds))]
    public void A_printed_record_is_read_back_field_by_field(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 500; i++)
        {
            ActionRecord record = RandomRecords.Next(random);
            byte[] data = RandomRecords.NextData(random);
            string text = RandomRecords.Print(record, data);
            Assert.Equal(ActionFields.Of(text, record, data), ActionFields.Parse(text));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds.Few), MemberType = typeof(Seeds))]
    public void Shuffled_fields_say_the_same(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 200; i++)
        {
            string text = RandomRecords.NextLine(random);
            int header = text.IndexOf(']', StringComparison.Ordinal) + 1;
            string[] fields = [text[..header], .. text[header..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            random.Shuffle(fields);
            string shuffled = string.Join(' ', fields);
            Assert.Equal(ActionFields.Parse(text) with { Raw = shuffled }, ActionFields.Parse(shuffled));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds.Few), MemberType = typeof(Seeds))]
    public void Mutated_lines_never_throw_and_both_ways_of_reading_agree(int seed)
    {
        var random = new Random(seed);
        int canonical = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] line = Mutate(random, Encoding.ASCII.GetBytes(RandomRecords.NextLine(random)));
            LineError anyOrderError = ActionLine.ParseAnyOrder(line, out ActionLine anyOrder);
            LineError error = ActionLine.TryParse(line, out ActionLine action);
            Assert.Equal(anyOrderError, error);
            Assert.Equal(ActionFields.Of(anyOrder), ActionFields.Of(action));
            if (error == LineError.None && ActionLine.TryParseCanonical(line, out _)) canonical++;
            AssertInside(line, action.Raw);
            AssertInside(line, action.Fid);
            AssertInside(line, action.DataFid);
            AssertInside(line, action.ActionText);
            AssertInside(line, action.StatusText);
            AssertInside(line, action.DataHex);
        }

        Assert.True(canonical > 100, $"Only {canonical} lines took the short way: the comparison says nothing.");
    }

    [Fact]
    public void Reading_a_line_allocates_nothing()
    {
        byte[] canonical = Encoding.ASCII.GetBytes(RandomRecords.NextLine(new Random(1)));
        byte[] shortForm = "idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED"u8.ToArray();
        byte[] wrong = "idx=[1/2] action=RESTORE fid=[0xabc"u8.ToArray();

        // What reading allocates shows in every round; what the runtime does once for this thread, while it warms up, does not.
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long read = 0, before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++) read += ReadAll();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(2000, read);
        }

        Assert.Equal(0, least);

        int ReadAll() => (ActionLine.TryParse(canonical, out _) == LineError.None ? 1 : 0)
            + (ActionLine.TryParse(shortForm, out _) == LineError.None ? 1 : 0)
            + (ActionLine.TryParse(wrong, out _) == LineError.None ? 1 : 0);
    }

    private static byte[] Mutate(Random random, byte[] line)
    {
        var bytes = line.ToList();
        for (int edits = random.Next(4); edits > 0 && bytes.Count > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = "[]=/ -0x9"u8[random.Next(9)];
                    break;
                case 2:
                    bytes.Insert(at, "[]=/ -0x9"u8[random.Next(9)]);
                    break;
                case 3:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private static void AssertInside(ReadOnlySpan<byte> line, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty) return;
        Assert.True(line.Overlaps(part, out int offset) && offset >= 0 && offset + part.Length <= line.Length);
    }
}
