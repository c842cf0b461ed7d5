using System.Text;
using System.Text.RegularExpressions;
using Weir.BlockEvents.Rules;
using Weir.Server.Events;

namespace Weir.Server.Tests.Events;

/// <summary>Rules in YAML.</summary>
public sealed partial class UserRulesTests
{
    [Fact]
    public void The_example_of_the_document_is_taken()
    {
        string document = File.ReadAllText(Path.Combine(Root(), "docs", "storage-events.md"));
        RuleFile file = UserRules.ReadYaml("mine.yaml", Encoding.UTF8.GetBytes(YamlBlock().Match(document).Groups[1].Value));
        Assert.Empty(file.Problems);
        RuleSet rules = RuleSet.Create([file]);
        Assert.Empty(rules.Problems);
        var classifier = new LineClassifier(rules);
        Assert.True(classifier.TryClassify(new() { Text = Encoding.UTF8.GetBytes(file.Rules[0].Tests[0]) }, out Classification shelf));
        Assert.Equal(("SHELF_LOST", "s7", "3"), (shelf.Rule.EventType, Encoding.UTF8.GetString(shelf.KernelDevice), Encoding.UTF8.GetString(shelf.Find("slot"))));
        Assert.True(classifier.TryClassify(new() { Text = "device-mapper: xyz: 253:4 failed"u8 }, out Classification xyz));
        Assert.Equal(("DM_XYZ_FAILED", "253:4"), (xyz.Rule.EventType, Encoding.UTF8.GetString(xyz.KernelDevice)));
    }

    [Theory]
    [InlineData("rules: 5", 1)]
    [InlineData("other: []", 1)]
    [InlineData("rules:\n  - 5", 2)]
    [InlineData("rules:\n  - id: a\n    nonsense: b", 3)]
    [InlineData("rules:\n  - wording: a", 2)]
    [InlineData("rules:\n  - id: a\n    severity: loud", 2)]
    [InlineData("rules:\n  - id: a\n    wording: [[b]]", 3)]
    public void What_is_wrong_is_told_with_its_line(string yaml, int line)
    {
        RuleFile file = UserRules.ReadYaml("mine.yaml", Encoding.UTF8.GetBytes(yaml));
        Assert.Equal(("mine.yaml", line), (Assert.Single(file.Problems).File, file.Problems[0].Line));
    }

    [Fact]
    public void One_bad_rule_leaves_the_others()
    {
        RuleFile file = UserRules.ReadYaml("mine.yaml", "rules:\n  - id: a\n    wording: 'x {kdev}'\n    sub_system: S\n    event_type: T\n  - id: b\n    nonsense: 1\n"u8);
        Assert.Single(file.Problems);
        Assert.Equal("a", Assert.Single(file.Rules).Id);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem_and_no_more()
    {
        RuleFile file = UserRules.Load(Path.Combine(Path.GetTempPath(), $"weir-no-such-file-{Guid.NewGuid()}.yaml"));
        Assert.Contains("cannot be read", Assert.Single(file.Problems).Message, StringComparison.Ordinal);
        Assert.Empty(file.Rules);
    }

    private static string Root()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Weir.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException($"There is no Weir.slnx above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
