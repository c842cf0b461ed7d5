using System.Globalization;
using System.Text;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;

namespace Weir.BlockEvents.Tests.Rules;

/// <summary>The built-in rules on real kernel lines, counted as the corpus' own README says.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    private const double LeastRightKind = 0.98;
    private const double LeastRecognised = 0.95;
    private const double MostNegativesTaken = 0.003;

    [Fact]
    public void Lines_about_storage_are_recognised_and_those_of_errors_get_the_right_kind_of_event()
    {
        var expected = Fixtures.Expected();
        Assert.Equal(33, expected.Count);
        var counts = new SortedDictionary<string, Count>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (Fixtures.Row row in Fixtures.Rows("storage.jsonl")) Judge(row, expected, counts, wrong);
        Print(counts, wrong);
        Count errors = Sum(counts.Where(pair => expected.ContainsKey(pair.Key)));
        Count all = Sum(counts);
        Assert.True(errors.RightKind >= LeastRightKind * errors.Lines, $"{errors.RightKind} of {errors.Lines} lines of errors get the right kind of event");
        Assert.True(all.Recognised >= LeastRecognised * all.Lines, $"{all.Recognised} of {all.Lines} lines are recognised");
    }

    [Fact]
    public void Lines_of_incidents_fare_the_same_as_the_corpus()
    {
        var expected = Fixtures.Expected();
        var counts = new SortedDictionary<string, Count>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (Fixtures.Row row in Fixtures.Incidents().SelectMany(incident => incident.Rows).Where(row => row.Class is not null)) Judge(row, expected, counts, wrong);
        Print(counts, wrong);
        Count errors = Sum(counts.Where(pair => expected.ContainsKey(pair.Key)));
        Count all = Sum(counts);
        Assert.True(errors.RightKind >= LeastRightKind * errors.Lines, $"{errors.RightKind} of {errors.Lines} lines of errors get the right kind of event");
        Assert.True(all.Recognised >= LeastRecognised * all.Lines, $"{all.Recognised} of {all.Lines} lines are recognised");
    }

    [Fact]
    public void Lines_about_other_things_are_not_taken()
    {
        var classifier = new LineClassifier(RuleSet.BuiltIn);
        IReadOnlyList<Fixtures.Row> rows = Fixtures.Rows("negatives.jsonl");
        var taken = new List<string>();
        foreach (Fixtures.Row row in rows)
        {
            if (classifier.TryClassify(TextLine.Read(row.Line), out Classification found)) taken.Add($"{row.Class} {found.Rule.Id}: {Encoding.UTF8.GetString(row.Line)}");
        }

        foreach (string line in taken) output.WriteLine(line);
        output.WriteLine($"{taken.Count} of {rows.Count} lines about other things were taken for storage");
        Assert.True(taken.Count <= MostNegativesTaken * rows.Count);
    }

    private static void Judge(
        Fixtures.Row row, IReadOnlyDictionary<string, (string? SubSystem, string[] EventTypes)> expected, SortedDictionary<string, Count> counts, List<string> wrong)
    {
        var classifier = Classifier.Value!;
        bool isTaken = classifier.TryClassify(TextLine.Read(row.Line), out Classification found);
        bool isError = expected.TryGetValue(row.Class!, out (string? SubSystem, string[] EventTypes) wanted);
        bool isRight = isError && isTaken && found.Rule.EventType is { } type && (wanted.SubSystem is null || wanted.SubSystem == found.Rule.SubSystem) && wanted.EventTypes.Any(pattern => Fits(pattern, type));
        Count count = counts.GetValueOrDefault(row.Class!);
        counts[row.Class!] = new(count.Lines + 1, count.Recognised + (isTaken ? 1 : 0), count.RightKind + (isRight ? 1 : 0), isError);
        if (isTaken ? isError && !isRight : true) wrong.Add($"{row.Class} {(isTaken ? found.Rule.Id : "-")}: {Encoding.UTF8.GetString(row.Line)}");
    }

    private static readonly ThreadLocal<LineClassifier> Classifier = new(() => new(RuleSet.BuiltIn));

    private static bool Fits(string pattern, string type) => pattern.EndsWith('*') ? type.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == type;

    private static Count Sum(IEnumerable<KeyValuePair<string, Count>> counts) =>
        counts.Aggregate(default(Count), (sum, pair) => new(sum.Lines + pair.Value.Lines, sum.Recognised + pair.Value.Recognised, sum.RightKind + pair.Value.RightKind, true));

    private void Print(SortedDictionary<string, Count> counts, List<string> wrong)
    {
        output.WriteLine($"{"class",-26} {"lines",6} {"recognised",11} {"right kind",11}");
        foreach ((string name, Count count) in counts)
            output.WriteLine($"{name,-26} {count.Lines,6} {count.Recognised,11} {(count.IsError ? count.RightKind.ToString(CultureInfo.InvariantCulture) : "-"),11}");
        output.WriteLine("");
        foreach (string line in wrong) output.WriteLine(line);
    }

    private readonly record struct Count(int Lines, int Recognised, int RightKind, bool IsError);
}
