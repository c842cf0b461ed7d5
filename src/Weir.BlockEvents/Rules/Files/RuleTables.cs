using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Rules.Files;

/// <summary>Reads rules from TOML: Weir's own tables <c>[[rule]]</c> and those of Peripety's configuration.</summary>
internal static class RuleTables
{
    private static readonly string[] OwnKeys = ["id", "wording", "regex", "starts_with", "program", "sub_system", "event_type", "severity", "part", "unless_equal", "test"];
    private static readonly string[] OriginalKeys = ["starts_with", "regex", "sub_system", "event_type"];

    /// <summary>The rules of the text; a table that cannot be read is a problem, and the others are read.</summary>
    /// <param name="path">Where it came from.</param>
    /// <param name="text">The text.</param>
    /// <param name="isOriginal">Whether it is a peripetyd.conf, whose tables are <c>[[collector.regexs]]</c> or, in older files, <c>[[collector_regexs]]</c>.</param>
    public static RuleFile Read(string path, string text, bool isOriginal)
    {
        var rules = new List<RuleDefinition>();
        var problems = new List<RuleProblem>();
        var definitions = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (TomlTable table in TomlDocument.Read(text))
            {
                if (!isOriginal && table is { Name: "define", IsElement: false })
                {
                    foreach ((string name, TomlValue value) in table.Values) definitions["{=" + name + "}"] = value.Content as string ?? throw new TomlException(value.Line, $"defines {name} as what is no text");
                    continue;
                }

                if (!IsRule(table, isOriginal))
                {
                    if (!isOriginal && (table.Name.Length > 0 || table.Values.Count > 0)) problems.Add(new(path, table.Line, $"the table '{table.Name}' is none of rules; they are called [[rule]]"));
                    continue;
                }

                try
                {
                    rules.Add(isOriginal ? ReadOriginal(table, rules.Count + 1) : ReadOwn(table, definitions));
                }
                catch (TomlException exception)
                {
                    problems.Add(new(path, exception.Line, $"the rule is refused: it {exception.Message}"));
                }
            }
        }
        catch (TomlException exception)
        {
            problems.Add(new(path, exception.Line, $"cannot be read from here on: it {exception.Message}"));
        }

        return new(path, rules, problems);
    }

    private static bool IsRule(TomlTable table, bool isOriginal) =>
        table.IsElement && (isOriginal ? table.Name is "collector.regexs" or "collector_regexs" : table.Name == "rule");

    private static RuleDefinition ReadOriginal(TomlTable table, int number)
    {
        CheckKeys(table, OriginalKeys);
        return new($"peripety-{number}", table.Line)
        {
            Regex = Text(table, "regex") ?? throw new TomlException(table.Line, "has no regex"),
            StartsWith = Text(table, "starts_with") ?? "",
            SubSystem = Text(table, "sub_system") ?? "",
            EventType = Text(table, "event_type") ?? throw new TomlException(table.Line, "has no event_type"),
        };
    }

    private static RuleDefinition ReadOwn(TomlTable table, Dictionary<string, string> definitions)
    {
        CheckKeys(table, OwnKeys);
        Severity severity = Severity.Error;
        if (Text(table, "severity") is { } name && !Names.TryParse(name, out severity))
            throw new TomlException(table.Values["severity"].Line, $"has the severity '{name}', which is none of {string.Join(", ", Names.OfSeverities)}");
        return new(Text(table, "id") ?? throw new TomlException(table.Line, "has no id"), table.Line)
        {
            Wordings = [.. Texts(table, "wording").Select(wording => definitions.Aggregate(wording, (text, definition) => text.Replace(definition.Key, definition.Value, StringComparison.Ordinal)))],
            Regex = Text(table, "regex"),
            StartsWith = Text(table, "starts_with") ?? "",
            Program = Text(table, "program") ?? "",
            SubSystem = Text(table, "sub_system") ?? "",
            EventType = Text(table, "event_type"),
            Severity = severity,
            Part = Text(table, "part"),
            UnlessEqual = Texts(table, "unless_equal"),
            Tests = Texts(table, "test"),
        };
    }

    private static void CheckKeys(TomlTable table, string[] known)
    {
        foreach ((string key, TomlValue value) in table.Values)
        {
            if (!known.Contains(key)) throw new TomlException(value.Line, $"has the key '{key}', which is none of {string.Join(", ", known)}");
        }
    }

    private static string? Text(TomlTable table, string key) => !table.Values.TryGetValue(key, out TomlValue? value) ? null
        : value.Content as string ?? throw new TomlException(value.Line, $"has a {key} that is no text");

    private static IReadOnlyList<string> Texts(TomlTable table, string key)
    {
        if (!table.Values.TryGetValue(key, out TomlValue? value)) return [];
        if (value.Content is string one) return [one];
        if (value.Content is List<TomlValue> items && items.TrueForAll(item => item.Content is string)) return [.. items.Select(item => (string)item.Content)];
        throw new TomlException(value.Line, $"has a {key} that is neither a text nor an array of texts");
    }
}
