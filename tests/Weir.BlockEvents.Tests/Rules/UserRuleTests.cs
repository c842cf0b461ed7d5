using System.Diagnostics;
using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Rules.Matching;

namespace Weir.BlockEvents.Tests.Rules;

/// <summary>Rules of users: what is taken, what is refused, and that none can stall a line.</summary>
public sealed class UserRuleTests
{
    /// <summary>As the original documents it.</summary>
    private const string Original = """
        [main]
        notify_stdout = true
        save_to_journald = true

        [[collector_regexs]]
        # This regex is already build-in.
        starts_with = "device-mapper: multipath:"
        regex = '''(?x)
                ^device-mapper:\s
                multipath:\ Failing\ path\s
                (?P<kdev>\d+:\d+).$
        '''
        sub_system = "multipath"
        event_type = "MY_PATH_FAILED"

        [[collector.regexs]]
        regex = '^Shelf (?P<kdev>[[:alnum:]]+) of (?P<sub_system>\w+) is gone: (?P<why>.+)$'
        event_type = "SHELF_GONE"
        """;

    [Fact]
    public void The_rules_of_the_originals_configuration_are_used_before_the_built_in_ones()
    {
        RuleSet rules = RuleSet.Create([PeripetyConfiguration.ReadRules("peripetyd.conf", Original)]);
        Assert.Empty(rules.Problems);
        var classifier = new LineClassifier(rules);
        Assert.True(classifier.TryClassify(Line("device-mapper: multipath: Failing path 8:48."), out Classification path));
        Assert.Equal(("MY_PATH_FAILED", "multipath", "8:48", "peripetyd.conf:5"), (path.Rule.EventType, path.Rule.SubSystem, Text(path.KernelDevice), path.Rule.Origin));
        Assert.True(classifier.TryClassify(Line("Shelf s7 of Rack is gone: größer ü"), out Classification shelf));
        Assert.Equal(("SHELF_GONE", "Rack", "s7", "größer ü"), (shelf.Rule.EventType, shelf.Rule.SubSystem, Text(shelf.KernelDevice), Text(shelf.Find("why"))));
        Assert.True(classifier.TryClassify(Line("sd 6:0:0:0: [sdq] Attached SCSI disk"), out Classification builtIn));
        Assert.Equal("scsi-attached", builtIn.Rule.Id);
    }

    [Theory]
    [InlineData(@"(?<kdev>\w+)(?=x)", "backtracking")]
    [InlineData(@"(?<kdev>\w+) \1", "backtracking")]
    [InlineData(@"(?>(?<kdev>\w+))", "backtracking")]
    [InlineData(@"(?<kdev>\w+", "cannot be read")]
    [InlineData(@"\w+", "no group")]
    [InlineData(@"(?<kdev>[a-z&&[^b]])", "character classes")]
    [InlineData(@"(?<kdev>[[:nonsense:]])", "cannot be translated")]
    public void An_expression_that_cannot_be_used_is_refused_with_its_line_and_the_others_stay(string expression, string reason)
    {
        string text = $"[[collector.regexs]]\nregex = '^a (?P<kdev>.+)'\nsub_system = \"A\"\nevent_type = \"A_B\"\n\n[[collector.regexs]]\nregex = '{expression}'\nsub_system = \"A\"\nevent_type = \"A_C\"\n";
        RuleSet rules = RuleSet.Create([PeripetyConfiguration.ReadRules("x.conf", text)]);
        RuleProblem problem = Assert.Single(rules.Problems);
        Assert.Equal(("x.conf", 6), (problem.File, problem.Line));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        Assert.True(new LineClassifier(rules).TryClassify(Line("a sdq"), out Classification found));
        Assert.Equal("A_B", found.Rule.EventType);
    }

    [Theory]
    [InlineData("[[collector.regexs]]\nregex = 'x", 2)]
    [InlineData("[[collector.regexs]]\nregex = \"\\q\"", 2)]
    [InlineData("[[collector.regexs]]\nregex = 5\nevent_type = 'X'", 2)]
    [InlineData("[[collector.regexs]]\nregexp = 'x'\nevent_type = 'X'", 2)]
    [InlineData("[[collector.regexs]]\nevent_type = 'X'", 1)]
    [InlineData("[[collector.regexs]]\nregex = '(?<kdev>x)'\nsub_system = 'A'\nevent_type = 'lower'", 1)]
    [InlineData("[[collector.regexs]]\nregex = '(?<kdev>x)'\nevent_type = 'X'", 1)]
    [InlineData("a = {}\n", 1)]
    [InlineData("\n\na\n", 3)]
    [InlineData("[a]\n[a]\n", 2)]
    [InlineData("a = [1, 2\n", 2)]
    public void What_is_wrong_with_a_file_is_told_with_its_line(string text, int line)
    {
        RuleSet rules = RuleSet.Create([PeripetyConfiguration.ReadRules("x.conf", text)]);
        Assert.Equal(line, Assert.Single(rules.Problems).Line);
    }

    [Fact]
    public void An_expression_that_would_backtrack_for_ever_runs_through()
    {
        RuleSet rules = RuleSet.Create([PeripetyConfiguration.ReadRules("x.conf", "[[collector.regexs]]\nregex = '^(?<kdev>(a+)+)$'\nsub_system = 'A'\nevent_type = 'A_B'\n")]);
        Assert.Empty(rules.Problems);
        var classifier = new LineClassifier(rules);
        byte[] line = Encoding.ASCII.GetBytes(new string('a', 4000) + "b");
        long start = Stopwatch.GetTimestamp();
        Assert.False(classifier.TryClassify(new() { Text = line }, out _));
        // By backtracking it would take 2^4000 steps: this is not about speed.
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Wordings_of_users_go_before_the_built_in_ones_and_before_their_later_ones()
    {
        var file = new RuleFile("mine", [Define("first", "XFS ({kdev:paren}): Ending clean mount"), Define("second", "XFS ({kdev:paren}): *")], []);
        var classifier = new LineClassifier(RuleSet.Create([file]));
        Assert.True(classifier.TryClassify(Line("XFS (sdq): Ending clean mount"), out Classification first));
        Assert.Equal("first", first.Rule.Id);
        Assert.True(classifier.TryClassify(Line("XFS (sdq): log I/O error -5"), out Classification second));
        Assert.Equal("second", second.Rule.Id);
    }

    [Theory]
    [InlineData("a {x", "not closed")]
    [InlineData("a <b|c", "not closed")]
    [InlineData("a > b", "closes nothing")]
    [InlineData("{x:strange}", "strange")]
    [InlineData("{Upper}", "lower-case")]
    [InlineData("a\\", "backslash")]
    [InlineData("<a|<b|<c|<d|<e|f>>>>>", "deep")]
    public void A_wording_that_cannot_be_read_is_refused(string wording, string reason)
    {
        RuleProblem problem = Assert.Single(RuleSet.Create([new RuleFile("mine", [Define("x", wording)], [])]).Problems);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_stands_once_in_a_file()
    {
        RuleSet rules = RuleSet.Create([new RuleFile("mine", [Define("x", "a"), Define("x", "b")], [])]);
        Assert.Contains("earlier", Assert.Single(rules.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"(?P<kdev>[[:alpha:]_]+)", @"(?<kdev>[A-Za-z_]+)")]
    [InlineData(@"\x{41}[^]a]\pL", @"\u0041[^\]a]\p{L}")]
    [InlineData(@"(?x) [ a b ] \[ c", @"(?x) [ab] \[ c")]
    public void Rusts_syntax_is_translated(string rust, string expected)
    {
        Assert.True(RustSyntax.TryTranslate(rust, out string? translated, out _));
        Assert.Equal(expected, translated);
    }

    [Fact]
    public void Changed_files_are_read_again_and_a_file_that_cannot_be_read_keeps_its_rules()
    {
        string text = Original;
        using var live = new LiveRules(["x"], path => PeripetyConfiguration.ReadRules(path, text));
        ILineClassifier classifier = live.NewClassifier();
        Assert.True(classifier.TryClassify(Line("device-mapper: multipath: Failing path 8:48."), out Classification before));
        Assert.Equal("DM_MPATH_PATH_FAILED", before.Rule.EventType);
        live.Reload();
        Assert.True(classifier.TryClassify(Line("device-mapper: multipath: Failing path 8:48."), out Classification after));
        Assert.Equal("MY_PATH_FAILED", after.Rule.EventType);
        text = "[[collector.regexs]\n";
        Assert.Equal(2, live.Reload().Problems.Count);
        Assert.True(classifier.TryClassify(Line("device-mapper: multipath: Failing path 8:48."), out Classification kept));
        Assert.Equal("MY_PATH_FAILED", kept.Rule.EventType);
        text = "";
        Assert.Empty(live.Reload().Problems);
        Assert.True(classifier.TryClassify(Line("device-mapper: multipath: Failing path 8:48."), out Classification gone));
        Assert.Equal("DM_MPATH_PATH_FAILED", gone.Rule.EventType);
    }

    [Fact]
    public void A_watched_file_is_read_when_it_changes()
    {
        string directory = Directory.CreateTempSubdirectory("weir-rules-").FullName;
        try
        {
            string path = Path.Combine(directory, "peripetyd.conf");
            File.WriteAllText(path, "");
            using var loaded = new SemaphoreSlim(0);
            using var live = new LiveRules([path], name => PeripetyConfiguration.ReadRules(name, File.ReadAllText(name)));
            live.Loaded += rules =>
            {
                if (rules.Rules.Any(rule => rule.EventType == "MY_PATH_FAILED")) loaded.Release();
            };
            live.Watch();
            File.WriteAllText(path + ".new", Original);
            File.Move(path + ".new", path, overwrite: true);
            Assert.True(loaded.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static RuleDefinition Define(string id, string wording) => new(id, 1) { Wordings = [wording], SubSystem = "A", EventType = "A_B", Severity = Severity.Error };

    private static Weir.BlockEvents.Lines.LogLine Line(string text) => new() { Text = Encoding.UTF8.GetBytes(text) };

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
