using System.Text.RegularExpressions;

namespace Weir.Feed.Redis.Tests.Servers;

/// <summary>
/// The commands that docs/redis.md says Weir sends, with what may stand among their arguments, and since which version of Redis servers know
/// them. A server of that version takes them; one more word is a test that fails.
/// </summary>
internal sealed partial class CommandTable
{
    private readonly Dictionary<string, (Version Since, HashSet<string> Words)> _commands = new(StringComparer.Ordinal);

    public CommandTable(string document)
    {
        foreach (Match row in Row().Matches(document))
        {
            string[] command = row.Groups[1].Value.Split(' ');
            string name = IsContainer(command[0]) && command.Length > 1 ? $"{command[0]} {command[1]}" : command[0];
            HashSet<string> words = [.. command.Where(word => Keyword().IsMatch(word))];
            if (_commands.TryGetValue(name, out var other)) words.UnionWith(other.Words);
            _commands[name] = (Version.Parse(row.Groups[2].Value), words);
        }
    }

    public IReadOnlyCollection<string> Names => _commands.Keys;

    public IEnumerable<Version> Versions => _commands.Values.Select(command => command.Since);

    /// <summary>Under which name the table has a command that was sent.</summary>
    public static string NameOf(IReadOnlyList<string> sent)
    {
        string name = sent[0].ToUpperInvariant();
        return IsContainer(name) ? $"{name} {sent[1].ToUpperInvariant()}" : name;
    }

    /// <summary>What is wrong with a command that was sent; null when the table has it.</summary>
    /// <param name="sent">Its words.</param>
    /// <param name="data">Words that are values: names of topics, fields and members.</param>
    public string? Complain(IReadOnlyList<string> sent, IReadOnlySet<string> data)
    {
        if (!_commands.TryGetValue(NameOf(sent), out var known)) return $"{NameOf(sent)} is not in the table";
        string? strange = sent.FirstOrDefault(word => Keyword().IsMatch(word) && !data.Contains(word) && !known.Words.Contains(word));
        return strange is null ? null : $"{NameOf(sent)} is not said to be sent with {strange}: {string.Join(' ', sent)}";
    }

    private static bool IsContainer(string name) => name is "CLIENT" or "CLUSTER" or "CONFIG" or "MEMORY" or "SCRIPT" or "SENTINEL" or "XGROUP" or "XINFO";

    /// <summary>| `XADD key id field value …` | 5.0 | what for |</summary>
    [GeneratedRegex(@"^\| `([A-Z][^`]*)` \| ([0-9]+\.[0-9.]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>Words in capitals, and the marks that options have.</summary>
    [GeneratedRegex(@"^([A-Z]{2,}|~|=|\$)$")]
    private static partial Regex Keyword();
}
