using System.Text;
using Weir.BlockEvents.Rules.Files;

namespace Weir.BlockEvents.Rules;

/// <summary>The rules that come with Weir: the file rules.toml beside this one, which is part of the program.</summary>
public static class BuiltInRules
{
    private static readonly Lazy<RuleFile> Loaded = new(Load);

    /// <summary>The rules as they were written.</summary>
    public static RuleFile File => Loaded.Value;

    /// <summary>The file's text.</summary>
    public static string ReadText()
    {
        using Stream stream = typeof(BuiltInRules).Assembly.GetManifestResourceStream("Weir.BlockEvents.rules.toml")
            ?? throw new InvalidOperationException("The rules are missing in the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static RuleFile Load() => RuleTables.Read("built-in", ReadText(), isOriginal: false);
}
