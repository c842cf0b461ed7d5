using System.Text;
using System.Text.RegularExpressions;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Rules.Matching;
using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Tests.Rules;

/// <summary>The one automaton finds what each wording alone would find, whatever the line, in bounded memory.</summary>
public sealed class AutomatonTests(ITestOutputHelper output)
{
    private static readonly string[] Pieces = ["a", "b", "ab", "ba", "*", "{x:num}", "{y:word}", "<a|b>", "<ab|>", "1", " ", "{z:any}", "<1|{w:num}>", "{v:dev}", "$"];

    [Fact]
    public void It_finds_the_first_wording_that_takes_a_line_as_trying_them_one_by_one_does()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            string[] wordings = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => NextWording(random))];
            Regex[] expressions = [.. wordings.Select(wording => new Regex(Translate(WordingParser.Parse(wording)), RegexOptions.Singleline))];
            var nfa = new Nfa();
            for (int i = 0; i < wordings.Length; i++) nfa.Add(WordingParser.Parse(wordings[i]), i);
            var automaton = new LineAutomaton(nfa);
            for (int i = 0; i < 60; i++)
            {
                string line = string.Concat(Enumerable.Range(0, random.Next(10)).Select(_ => "ab1 c"[random.Next(5)]));
                int expected = Array.FindIndex(expressions, expression => expression.IsMatch(line));
                Assert.True(expected == automaton.Find(Encoding.ASCII.GetBytes(line)), $"'{line}' by {string.Join("  ", wordings)}");
            }
        }
    }

    [Fact]
    public void Fields_lie_where_the_wording_says_and_put_together_again_make_the_line()
    {
        var matcher = new WordingMatcher(WordingParser.Parse("<sd {hctl:hctl}: \\[{kdev:bracket}\\]|sd {kdev:hctl}:> tag#{tag:num} {what:any} at {lba:num}$"));
        var fields = new Field[8];
        byte[] named = "sd 6:0:0:0: [sdq] tag#7 failed at at 99"u8.ToArray();
        Assert.Equal(["hctl=6:0:0:0", "kdev=sdq", "tag=7", "what=failed at", "lba=99"], Show(named, matcher.Match(named, fields)));
        byte[] bare = "sd 6:0:0:0: tag#7 x at 9"u8.ToArray();
        Assert.Equal(["kdev=6:0:0:0", "tag=7", "what=x", "lba=9"], Show(bare, matcher.Match(bare, fields)));

        IEnumerable<string> Show(byte[] line, int count) => fields.Take(count).Select(field => $"{field.Name}={Encoding.ASCII.GetString(line, field.Start, field.Length)}").ToArray();
    }

    [Fact]
    public void The_work_for_one_lines_fields_is_limited()
    {
        var matcher = new WordingMatcher(WordingParser.Parse("{a:word}{b:word}{c:word}{d:word}{e:word}{f:word}!{g:num}"));
        byte[] line = Encoding.ASCII.GetBytes(new string('x', 4000));
        Assert.Equal(0, matcher.Match(line, new Field[8]));
    }

    [Fact]
    public void Lines_of_random_bytes_and_torn_lines_cost_bounded_memory_and_change_nothing()
    {
        var random = new Random(11);
        var classifier = new LineClassifier(RuleSet.BuiltIn);
        string[] starts = [.. BuiltInRules.File.Rules.SelectMany(rule => rule.Tests)];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 12_000; i++)
        {
            byte[] line = Encoding.UTF8.GetBytes(starts[random.Next(starts.Length)]);
            for (int change = random.Next(4); change > 0; change--) line[random.Next(line.Length)] = (byte)random.Next(256);
            byte[] torn = [.. line.AsSpan(0, random.Next(line.Length)), .. Encoding.UTF8.GetBytes(starts[random.Next(starts.Length)])];
            classifier.TryClassify(new() { Text = torn }, out Classification found);
            if (found.Rule is not null) Assert.True(found.FieldCount >= 0);
        }

        Assert.True(classifier.StateCount <= 32 * 1024, $"{classifier.StateCount} states");
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 200 * 1024 * 1024, $"grown by {grown} bytes");
        Assert.True(classifier.TryClassify(new() { Text = "XFS (sdq): log I/O error -5"u8 }, out Classification right));
        Assert.Equal("xfs-io-error", right.Rule.Id);
    }

    [Fact]
    public void What_was_forgotten_is_worked_out_again()
    {
        var nfa = new Nfa();
        for (int i = 0; i < 20; i++) nfa.Add(WordingParser.Parse($"*{(char)('a' + i)}*{(char)('a' + (i * 7 % 20))}*{i}$"), i);
        var large = new LineAutomaton(nfa);
        var small = new LineAutomaton(nfa, maxStates: 50);
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] line = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 12).Select(_ => (char)('a' + random.Next(20)))) + random.Next(20));
            Assert.Equal(large.Find(line), small.Find(line));
        }

        Assert.True(small.ForgottenCount > 10, $"{small.ForgottenCount} times forgotten");
        Assert.True(small.StateCount <= 51);
        Assert.Equal(0, large.ForgottenCount);
    }

    [Fact]
    public void A_line_of_a_megabyte_is_looked_at_as_far_as_is_promised()
    {
        var classifier = new LineClassifier(RuleSet.BuiltIn);
        byte[] line = new byte[1024 * 1024];
        line.AsSpan().Fill((byte)'x');
        Assert.False(classifier.TryClassify(new() { Text = line }, out _));
        Encoding.ASCII.GetBytes("EXT4-fs error (device sdq): f:1: ").CopyTo(line, 0);
        Assert.True(classifier.TryClassify(new() { Text = line }, out Classification found));
        Assert.Equal(("FS_ERROR", LineClassifier.MaxBytes), (found.Rule.EventType, found.Text.Length));
    }

    [Fact]
    public void A_stream_is_cut_into_lines_in_bounded_memory()
    {
        byte[] log = [.. "first\r\n\n"u8, .. new byte[3 * LineSplitter.MaxLineBytes], (byte)'\n', .. "last"u8];
        var splitter = new LineSplitter(new MemoryStream(log));
        var lengths = new List<int>();
        while (splitter.Fill())
        {
            while (splitter.TryNext(out ReadOnlySpan<byte> line)) lengths.Add(line.Length);
        }

        Assert.Equal([5, 0, LineSplitter.MaxLineBytes, 4], lengths);
        Assert.Equal(1, splitter.CutCount);
    }

    private static string NextWording(Random random)
    {
        string wording = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pieces[random.Next(Pieces.Length - 1)]));
        return random.Next(3) == 0 ? wording + "$" : wording;
    }

    private static string Translate(WordingNode node) => "^" + Part(node);

    private static string Part(WordingNode node) => node switch
    {
        Literal literal => Regex.Escape(Encoding.UTF8.GetString(literal.Bytes)),
        Run run => $"(?:{Set(run.Set)}){(run.Least == 0 ? "*" : "+")}",
        Sequence sequence => string.Concat(sequence.Parts.Select(Part)),
        Choice choice => $"(?:{string.Join('|', choice.Options.Select(Part))})",
        Named named => Part(named.Part),
        _ => @"\z",
    };

    private static string Set(ByteSet set) => $"[{string.Concat(Enumerable.Range(0, 128).Where(value => set.Contains((byte)value)).Select(value => $"\\x{value:X2}"))}]";
}
