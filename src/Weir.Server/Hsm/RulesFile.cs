using System.Globalization;
using Weir.Hsm.Rules;
using Weir.Lustre;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Hsm;

/// <summary>Reads a file of rules: a YAML mapping with the list <c>rules</c>. Format: docs/hsm-tools.md.</summary>
public static class RulesFile
{
    private const int MaxRules = 256;

    private static readonly string[] Keys = ["name", "on", "actions", "mdts", "for", "count", "within", "every", "run", "post", "timeout"];

    /// <exception cref="ConfigurationException">The file cannot be read, or something in it is wrong; all of it is named.</exception>
    public static IReadOnlyList<ActionRule> Load(string path)
    {
        var problems = new List<ConfigurationProblem>();
        var rules = new List<ActionRule>();
        try
        {
            if (YamlDocument.Read(File.ReadAllBytes(path)) is not YamlMapping { Entries: [{ Key: "rules", Value: YamlSequence { Items: { Count: > 0 } items } }] })
                problems.Add(new(new(path, 1), "", "a mapping with the one key 'rules', a list of rules, is expected"));
            else if (items.Count > MaxRules)
                problems.Add(new(new(path, 1), "rules", $"has {items.Count} rules; there may be {MaxRules}"));
            else
                foreach (YamlNode item in items) Take(path, item, rules, problems);
        }
        catch (YamlFormatException wrong)
        {
            problems.Add(new(new(path, wrong.Line), "", wrong.Message));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(new(path), "", $"cannot be read: {failed.Message}"));
        }

        return problems.Count == 0 ? rules : throw new ConfigurationException(problems);
    }

    private static void Take(string path, YamlNode item, List<ActionRule> rules, List<ConfigurationProblem> problems)
    {
        if (item is not YamlMapping mapping)
        {
            problems.Add(new(new(path, item.Line), "rules", "a rule is a mapping"));
            return;
        }

        var rule = new ActionRule { Name = $"rule{rules.Count + 1}", On = RuleTrigger.Failed };
        int before = problems.Count;
        foreach (YamlEntry entry in mapping.Entries)
        {
            string? problem = Apply(entry, ref rule);
            if (problem is not null) problems.Add(new(new(path, entry.Line), $"rules.{entry.Key}", problem));
        }

        if (problems.Count > before) return;
        if (mapping.Entries.All(entry => entry.Key != "on")) problems.Add(new(new(path, mapping.Line), "rules.on", "is missing: failed, stuck or burst"));
        else if (rule.Run.Count == 0 && rule.Post is null) problems.Add(new(new(path, mapping.Line), "rules", $"'{rule.Name}' does nothing: it has neither 'run' nor 'post'"));
        else if (rules.Exists(other => other.Name == rule.Name)) problems.Add(new(new(path, mapping.Line), "rules.name", $"there are two rules '{rule.Name}'"));
        else rules.Add(rule);
    }

    private static string? Apply(YamlEntry entry, ref ActionRule rule)
    {
        if (!Keys.Contains(entry.Key)) return $"is no key of a rule{Suggestion.Phrase(entry.Key, Keys)}";
        List<string> items = [];
        foreach (YamlNode node in entry.Value is YamlSequence sequence ? sequence.Items : [entry.Value])
        {
            if (node is not YamlScalar { IsEmpty: false } scalar) return "plain values are expected";
            items.Add(scalar.Text);
        }

        if (items.Count == 0) return "is empty";
        bool isList = entry.Key is "actions" or "mdts" or "run";
        if (!isList && items.Count > 1) return "one value is expected";
        string text = items[0];
        switch (entry.Key)
        {
            case "name":
                rule = rule with { Name = text };
                return null;
            case "on":
                return RuleText.TryParseTrigger(text, ref rule) ? null : $"'{text}' is neither failed, stuck nor burst";
            case "actions":
                return ApplyActions(items, ref rule);
            case "mdts":
                rule = rule with { Mdts = items };
                return null;
            case "count":
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > 1_000_000) return $"'{text}' is not a number from 1 to 1000000";
                rule = rule with { Count = count };
                return null;
            case "run":
                if (!items[0].StartsWith('/')) return $"'{items[0]}' is not the whole path of a program";
                rule = rule with { Run = items };
                return null;
            case "post":
                if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")) return "an http or https URL is expected";
                rule = rule with { Post = uri };
                return null;
            default:
                return ApplyDuration(entry.Key, text, ref rule);
        }
    }

    private static string? ApplyActions(List<string> items, ref ActionRule rule)
    {
        List<HsmAction> actions = [];
        foreach (string item in items)
        {
            HsmAction action = HsmNames.ParseAction(System.Text.Encoding.UTF8.GetBytes(item.ToUpperInvariant()));
            if (action == HsmAction.Unknown) return $"'{item}' is no action: ARCHIVE, RESTORE, REMOVE or CANCEL";
            actions.Add(action);
        }

        rule = rule with { Actions = actions };
        return null;
    }

    private static string? ApplyDuration(string key, string text, ref ActionRule rule)
    {
        if (!Duration.TryParse(text, out TimeSpan duration) || duration == TimeSpan.Zero) return $"'{text}' is not {Duration.Expected}";
        rule = key switch
        {
            "for" => rule with { For = duration },
            "within" => rule with { Within = duration },
            "every" => rule with { Every = duration },
            _ => rule with { Timeout = duration },
        };
        return null;
    }
}
