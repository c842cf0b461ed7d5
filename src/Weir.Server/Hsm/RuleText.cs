using System.Globalization;
using Weir.Hsm.Rules;
using Weir.Server.Configuration;

namespace Weir.Server.Hsm;

/// <summary>What a rule waits for, as one word: <c>failed</c>, <c>stuck</c> or <c>stuck=6h</c>, <c>burst</c> or <c>burst=1000/10m</c>.</summary>
public static class RuleText
{
    /// <summary>What messages say is expected.</summary>
    public const string Expected = "failed, stuck=DURATION (e.g. stuck=6h) or burst=COUNT/DURATION (e.g. burst=1000/10m)";

    /// <summary>Sets what the rule waits for; false when the text says nothing of the kind.</summary>
    public static bool TryParseTrigger(string text, ref ActionRule rule)
    {
        string[] parts = text.Split('=', 2);
        string? value = parts.Length > 1 ? parts[1] : null;
        switch (parts[0])
        {
            case "failed" when value is null:
                rule = rule with { On = RuleTrigger.Failed };
                return true;
            case "stuck":
                TimeSpan stuck = rule.For;
                if (value is not null && (!Duration.TryParse(value, out stuck) || stuck == TimeSpan.Zero)) return false;
                rule = rule with { On = RuleTrigger.Stuck, For = stuck };
                return true;
            case "burst":
                rule = rule with { On = RuleTrigger.Burst };
                return value is null || TryParseBurst(value, ref rule);
            default:
                return false;
        }
    }

    private static bool TryParseBurst(string text, ref ActionRule rule)
    {
        string[] parts = text.Split('/');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > 1_000_000) return false;
        if (!Duration.TryParse(parts[1], out TimeSpan within) || within == TimeSpan.Zero) return false;
        rule = rule with { Count = count, Within = within };
        return true;
    }
}
