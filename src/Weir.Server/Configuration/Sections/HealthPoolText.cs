using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Health.Pools;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Sections;

/// <summary>A pool of drives as configurations write it: <c>{ name: pool0, drives: [/data/disk1, /data/disk2] }</c>.</summary>
internal static class HealthPoolText
{
    public const string Form = "{ name: NAME, drives: [PATH, ...] }";

    private const int MostNameCharacters = 64;
    private const int MostDrives = 4096;
    private const int MostPathCharacters = 4096;

    /// <summary>The pool; null when it is none.</summary>
    public static HealthPool? Parse(string text, out string problem)
    {
        problem = $"'{text}' is not {Form}";
        try
        {
            return YamlDocument.Read(text) is YamlMapping mapping ? Read(mapping, out problem) : null;
        }
        catch (YamlFormatException wrong)
        {
            problem += $": it {wrong.Message}";
            return null;
        }
    }

    /// <summary>The pool as a text on one line, which <see cref="Parse"/> reads again.</summary>
    public static string Format(HealthPool pool) => $"{{ name: {Quote(pool.Name)}, drives: [{string.Join(", ", pool.Drives.Select(Quote))}] }}";

    /// <summary>The same for what a configuration has as keys and values.</summary>
    public static string Format(YamlNode node) => node switch
    {
        YamlMapping mapping => $"{{ {string.Join(", ", mapping.Entries.Select(entry => $"{Quote(entry.Key)}: {Format(entry.Value)}"))} }}",
        YamlSequence sequence => $"[{string.Join(", ", sequence.Items.Select(Format))}]",
        YamlScalar { IsEmpty: true } => "null",
        _ => Quote(((YamlScalar)node).Text),
    };

    private static HealthPool? Read(YamlMapping mapping, out string problem)
    {
        string? name = null;
        string[]? drives = null;
        foreach (YamlEntry entry in mapping.Entries)
        {
            switch (entry)
            {
                case { Key: "name", Value: YamlScalar { IsEmpty: false } scalar }:
                    name = scalar.Text;
                    break;
                case { Key: "drives", Value: YamlSequence sequence } when sequence.Items.All(item => item is YamlScalar { IsEmpty: false }):
                    drives = [.. sequence.Items.Select(item => ((YamlScalar)item).Text)];
                    break;
                default:
                    problem = entry.Key is "name" or "drives" ? $"'{entry.Key}' of a pool has a value that it cannot have; a pool is {Form}" : $"a pool has no '{entry.Key}'{Suggestion.Phrase(entry.Key, ["name", "drives"])}; it is {Form}";
                    return null;
            }
        }

        problem = name is null || drives is null ? $"a pool without {(name is null ? "name" : "drives")}; it is {Form}"
            : name.Length > MostNameCharacters || name.Any(char.IsControl) ? $"'{name}' cannot be the name of a pool, which has at most {MostNameCharacters} characters"
            : drives.Length is 0 or > MostDrives ? string.Create(CultureInfo.InvariantCulture, $"pool '{name}' has {drives.Length} drives; it may have from 1 to {MostDrives}")
            : drives.FirstOrDefault(drive => !Path.IsPathRooted(drive) || drive.Contains('\0', StringComparison.Ordinal) || drive.Length > MostPathCharacters) is { } wrong ? $"'{wrong}' of pool '{name}' is not a whole path; it must start with '/'"
            : "";
        return problem.Length == 0 ? new(name!, drives!) : null;
    }

    /// <summary>A YAML double-quoted scalar, which a JSON string is too.</summary>
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
