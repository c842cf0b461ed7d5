using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Rules;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Events;

/// <summary>Reads users' files of rules: YAML with a list <c>rules</c>, or a configuration of Peripety (docs/storage-events.md).</summary>
public static class UserRules
{
    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly string[] Keys = ["id", "wording", "regex", "starts_with", "program", "sub_system", "event_type", "severity", "part", "test"];

    /// <summary>Reads a file; what is wrong with it is in the result's problems, also when it cannot be read at all.</summary>
    /// <param name="path">The file; YAML when its name ends in .yaml or .yml.</param>
    public static RuleFile Load(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[MaxBytes + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes) return Refuse(path, 0, $"is larger than {MaxBytes} bytes, the most a file of rules may have");
            bool isYaml = Path.GetExtension(path) is ".yaml" or ".yml";
            return isYaml ? ReadYaml(path, bytes.AsSpan(0, length)) : PeripetyConfiguration.ReadRules(path, Encoding.UTF8.GetString(bytes, 0, length));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(path, 0, $"cannot be read: {exception.Message}");
        }
    }

    /// <summary>Reads rules from YAML.</summary>
    /// <param name="path">Where it lies, for messages.</param>
    /// <param name="utf8">What it holds.</param>
    public static RuleFile ReadYaml(string path, ReadOnlySpan<byte> utf8)
    {
        YamlNode? root;
        try
        {
            root = YamlDocument.Read(utf8);
        }
        catch (YamlFormatException exception)
        {
            return Refuse(path, exception.Line, exception.Message);
        }

        if (root is null) return new(path, [], []);
        if (root is not YamlMapping { Entries: [{ Key: "rules", Value: YamlSequence list }] }) return Refuse(path, root.Line, "is not a mapping with the one key 'rules', a list");
        var rules = new List<RuleDefinition>();
        var problems = new List<RuleProblem>();
        foreach (YamlNode item in list.Items)
        {
            try
            {
                rules.Add(ReadRule(item));
            }
            catch (YamlFormatException exception)
            {
                problems.Add(new(path, exception.Line, $"the rule is refused: it {exception.Message}"));
            }
        }

        return new(path, rules, problems);
    }

    private static RuleDefinition ReadRule(YamlNode node)
    {
        if (node is not YamlMapping mapping) throw new YamlFormatException(node.Line, "is no mapping");
        if (mapping.Entries.FirstOrDefault(entry => !Keys.Contains(entry.Key)) is { } unknown)
            throw new YamlFormatException(unknown.Line, $"has the key '{unknown.Key}', which is none of {string.Join(", ", Keys)}");
        Severity severity = Severity.Error;
        if (Text(mapping, "severity") is { } name && !Names.TryParse(name, out severity))
            throw new YamlFormatException(mapping.Line, $"has the severity '{name}', which is none of {string.Join(", ", Names.OfSeverities)}");
        return new(Text(mapping, "id") ?? throw new YamlFormatException(mapping.Line, "has no id"), mapping.Line)
        {
            Wordings = Texts(mapping, "wording"),
            Regex = Text(mapping, "regex"),
            StartsWith = Text(mapping, "starts_with") ?? "",
            Program = Text(mapping, "program") ?? "",
            SubSystem = Text(mapping, "sub_system") ?? "",
            EventType = Text(mapping, "event_type"),
            Severity = severity,
            Part = Text(mapping, "part"),
            Tests = Texts(mapping, "test"),
        };
    }

    private static string? Text(YamlMapping mapping, string key) => mapping.Entries.FirstOrDefault(entry => entry.Key == key)?.Value switch
    {
        null => null,
        YamlScalar { IsEmpty: false } scalar => scalar.Text,
        { } other => throw new YamlFormatException(other.Line, $"has a {key} that is no text"),
    };

    private static IReadOnlyList<string> Texts(YamlMapping mapping, string key) => mapping.Entries.FirstOrDefault(entry => entry.Key == key)?.Value switch
    {
        null => [],
        YamlScalar { IsEmpty: false } scalar => [scalar.Text],
        YamlSequence list when list.Items.All(item => item is YamlScalar { IsEmpty: false }) => [.. list.Items.Select(item => ((YamlScalar)item).Text)],
        { } other => throw new YamlFormatException(other.Line, $"has a {key} that is neither a text nor a list of texts"),
    };

    private static RuleFile Refuse(string path, int line, string message) => new(path, [], [new(path, line, message)]);
}
