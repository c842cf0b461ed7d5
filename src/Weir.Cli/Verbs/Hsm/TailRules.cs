using System.CommandLine;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Hsm.Rules;
using Weir.Server.Configuration;
using Weir.Server.Hsm;

namespace Weir.Cli.Verbs.Hsm;

/// <summary>The options by which a tail does something about events instead of printing them.</summary>
internal sealed class TailRules
{
    private readonly Option<string?> _rules = new("--rules") { HelpName = "FILE", Description = "Follow, and do what these rules ask for: run programs, post webhooks. A line is printed for each time." };
    private readonly Option<string?> _exec = new("--exec") { HelpName = "PROGRAM", Description = "Follow, and run this program (no shell) for what --on names." };
    private readonly Option<string[]> _on = new("--on") { HelpName = "TRIGGER", Description = $"With --exec: {RuleText.Expected}. May be repeated (failed)." };
    private readonly Option<string?> _every = new("--every") { HelpName = "DURATION", Description = "With --exec: for the same action no more often than this (1h)." };

    public IReadOnlyList<Option> Options => [_rules, _exec, _on, _every];

    /// <summary>The rules asked for; empty when none are.</summary>
    public IReadOnlyList<ActionRule> Read(Invocation run)
    {
        if (run.Get(_exec) is null && (run.Has(_on) || run.Has(_every))) throw new UsageException("--on and --every go with --exec");
        List<ActionRule> rules = [];
        if (run.Get(_rules) is { } file) rules.AddRange(RulesFile.Load(file));
        if (run.Get(_exec) is not { } program) return rules;
        TimeSpan every = TimeSpan.FromHours(1);
        if (run.Get(_every) is { } text && !Duration.TryParse(text, out every)) throw new UsageException($"--every: '{text}' is not {Duration.Expected}");
        foreach (string trigger in run.Get(_on) is { Length: > 0 } triggers ? triggers : ["failed"])
        {
            var rule = new ActionRule { Name = trigger, On = RuleTrigger.Failed, Every = every, Run = [Path.GetFullPath(program)] };
            if (!RuleText.TryParseTrigger(trigger, ref rule)) throw new UsageException($"--on: '{trigger}' is not {RuleText.Expected}");
            rules.Add(rule);
        }

        return rules;
    }

    /// <summary>Follows until interrupted.</summary>
    public static async Task WatchAsync(Invocation run, IFeedEngine feed, string prefix, IReadOnlyList<ActionRule> rules, bool asJson, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        await using var watch = new RuleWatch(feed, prefix, rules, http, hit => Print(run, hit, asJson), run.Time, run.Loggers.CreateLogger("Weir.Hsm.Rules"));
        await watch.RunAsync(cancellationToken);
    }

    private static void Print(Invocation run, RuleHit hit, bool asJson)
    {
        if (asJson) run.Out.Write(hit.ToCloudEvent());
        else run.Out.Write(hit.ToString());
        run.Out.EndLine();
        run.Out.Flush();
    }
}
