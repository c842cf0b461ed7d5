using System.Text;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Rules.Matching;
using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Tests.Rules;

/// <summary>The built-in table holds together.</summary>
public sealed class RuleTableTests
{
    public static TheoryData<string> Ids => [.. BuiltInRules.File.Rules.Select(rule => rule.Id)];

    [Fact]
    public void The_table_is_read_without_a_problem()
    {
        Assert.Empty(RuleSet.BuiltIn.Problems);
        Assert.True(RuleSet.BuiltIn.Rules.Count > 100);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_rule_takes_its_own_lines(string id)
    {
        RuleDefinition rule = BuiltInRules.File.Rules.Single(rule => rule.Id == id);
        Assert.NotEmpty(rule.Tests);
        var classifier = new LineClassifier(RuleSet.BuiltIn);
        foreach (string test in rule.Tests)
        {
            bool isTaken = classifier.TryClassify(new() { Text = Encoding.UTF8.GetBytes(test), Identifier = Encoding.UTF8.GetBytes(rule.Program) }, out Classification found);
            Assert.True(isTaken, $"no rule takes '{test}'");
            Assert.Equal(id, found.Rule.Id);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_fields_of_a_rule_stand_in_its_lines_where_they_are_said_to_stand(string id)
    {
        RuleDefinition rule = BuiltInRules.File.Rules.Single(rule => rule.Id == id);
        WordingNode[] wordings = [.. rule.Wordings.Select(WordingParser.Parse)];
        var classifier = new LineClassifier(RuleSet.BuiltIn);
        foreach (string test in rule.Tests)
        {
            byte[] line = Encoding.UTF8.GetBytes(test);
            Assert.True(classifier.TryClassify(new() { Text = line, Identifier = Encoding.UTF8.GetBytes(rule.Program) }, out Classification found));
            for (int i = 0; i < found.FieldCount; i++)
            {
                Assert.True(found.ValueOf(i).Length > 0);
                Assert.True(line.AsSpan().IndexOf(found.ValueOf(i)) >= 0);
            }

            // Where the rule that takes the line names a device in every wording, the line's device is found.
            if (wordings.All(wording => new WordingMatcher(wording).Names.Contains("kdev")) && !found.Rule.Id.Contains("other", StringComparison.Ordinal))
                Assert.True(found.KernelDevice.Length > 0 || HasOptionalDevice(rule), $"no device was found in '{test}'");
        }
    }

    [Fact]
    public void Every_event_type_is_in_the_document()
    {
        string document = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "storage-events.md"));
        foreach (string type in RuleSet.BuiltIn.Rules.Select(rule => rule.EventType).OfType<string>().Distinct())
            Assert.Contains($"`{type}`", document, StringComparison.Ordinal);
    }

    internal static string RepositoryRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Weir.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException($"There is no Weir.slnx above {AppContext.BaseDirectory}.");
    }

    private static bool HasOptionalDevice(RuleDefinition rule) => rule.Wordings.Any(wording => wording.Contains("|>", StringComparison.Ordinal));
}
