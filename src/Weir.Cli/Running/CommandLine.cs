using Weir.Cli.Verbs;
using Weir.Server.Configuration;

namespace Weir.Cli.Running;

/// <summary>What the first words of a command line ask for.</summary>
/// <param name="Path">The words themselves, e.g. <c>weir feed read</c>.</param>
/// <param name="Group">The group they name; null for the program itself or a verb without a group.</param>
/// <param name="Verb">The verb they name; null when they stop short of one.</param>
/// <param name="Arguments">All other words, those that stood before the verb last.</param>
internal sealed record CommandLine(string Path, VerbGroup? Group, VerbEntry? Verb, IReadOnlyList<string> Arguments)
{
    /// <summary>Finds the verb, so that no other has to be built.</summary>
    /// <exception cref="UsageException">There is no such verb.</exception>
    public static CommandLine Read(IReadOnlyList<string> words)
    {
        int first = 0;
        while (first < words.Count && words[first].StartsWith('-'))
            first += SharedOptions.BeforeTheVerb.Contains(words[first]) ? 2 : 1;
        first = Math.Min(first, words.Count);
        string[] before = [.. words.Take(first)];
        if (first == words.Count) return new("weir", null, null, before);

        string word = words[first];
        if (word == "help") return Read([.. words.Skip(first + 1), "--help"]);
        if (VerbTable.Find(VerbTable.Singles, word) is { } single) return new($"weir {word}", null, single, Rest(first + 1));
        VerbGroup group = VerbTable.FindGroup(word) ?? throw Unknown(
            "weir", word, [.. VerbTable.Groups.Select(entry => entry.Name), .. VerbTable.Singles.Select(entry => entry.Name)]);

        int second = first + 1;
        if (second == words.Count || words[second].StartsWith('-')) return new($"weir {word}", group, null, Rest(second));
        VerbEntry verb = VerbTable.Find(group.Verbs, words[second])
            ?? throw Unknown($"weir {word}", words[second], [.. group.Verbs.Select(entry => entry.Name)]);
        return new($"weir {word} {verb.Name}", group, verb, Rest(second + 1));

        IReadOnlyList<string> Rest(int from) => [.. before, .. words.Skip(from)];
    }

    private static UsageException Unknown(string path, string word, IReadOnlyList<string> known) =>
        new($"'{word}' is not a verb of {path}{Suggestion.Phrase(word, known)}");
}
