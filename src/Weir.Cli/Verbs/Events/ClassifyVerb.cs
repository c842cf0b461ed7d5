using System.CommandLine;
using System.Text.Json;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;
using Weir.Server.Events;

namespace Weir.Cli.Verbs.Events;

/// <summary><c>weir events classify</c>: what each line of a log means.</summary>
internal sealed class ClassifyVerb : Verb
{
    public const string Summary = "Say of each line of a log what it means for storage.";

    private readonly Argument<string> _file = new("FILE") { Description = "The log; - is standard input." };
    private readonly Option<string[]> _rules = new("--rules")
    {
        HelpName = "FILE",
        Description = "Rules of your own, which go before the built-in ones: YAML (.yaml, .yml), or a peripetyd.conf. May be repeated.",
    };

    private readonly Option<bool> _json = SharedOptions.Json();

    public ClassifyVerb() : base("classify", Summary)
    {
        Arguments.Add(_file);
        Options.Add(_rules);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads a log of any of the common forms (dmesg plain, -T, -x, -r; syslog of RFC 3164 and 5424; journalctl -o short; /dev/kmsg) and prints for each line that is about storage the severity, the event type (a dash where the line is no event), the sub-system, the device as the kernel names it and the line. Lines are taken one by one: nothing is folded or put together.",
            "With --json one object is printed for every line, those that are not about storage included: line, event_type, sub_system, severity, kdev (each null when there is none), rule_id, what stood before the message (identifier, priority, monotonic_us, realtime_us, sequence, as far as there was such), msg, and for lines about storage extension with the fields that the rule found. Text that is not UTF-8 stands in members whose names end in _b64.",
        ],
        Examples =
        [
            new("dmesg | weir events classify -", "What the kernel has said of storage since it started."),
            new("weir events classify --json /var/log/kern.log", "For a program."),
            new("weir events classify --rules /etc/peripetyd.conf kern.log", "With rules of Peripety's configuration before the built-in ones."),
        ],
        ExitCodes = [new("3", "a rule of yours cannot be used; the others were")],
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        RuleSet rules = LoadRules(run);
        string path = run.Get(_file);
        using Stream input = path == "-" ? run.Terminal.OpenInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var classifier = new LineClassifier(rules);
        var lines = new LineSplitter(input);
        if (run.Get(_json)) PrintJson(run, lines, classifier, cancellationToken);
        else PrintText(run, lines, classifier, cancellationToken);
        if (lines.CutCount > 0) run.Terminal.Say($"warning: {lines.CutCount} lines are longer than {LineSplitter.MaxLineBytes} bytes; what is beyond was not looked at");
        return Task.FromResult(rules.Problems.Count > 0 ? ExitCode.FoundProblems : ExitCode.Done);
    }

    private RuleSet LoadRules(Invocation run)
    {
        string[] files = run.Get(_rules) ?? [];
        if (files.Length == 0) return RuleSet.BuiltIn;
        RuleSet rules = RuleSet.Create([.. files.Select(UserRules.Load)]);
        foreach (RuleProblem problem in rules.Problems) run.Terminal.Say($"warning: {problem}");
        return rules;
    }

    private static void PrintJson(Invocation run, LineSplitter lines, LineClassifier classifier, CancellationToken cancellationToken)
    {
        using var json = new Utf8JsonWriter(run.Out, OutputJson.Compact);
        while (lines.Fill())
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (lines.TryNext(out ReadOnlySpan<byte> raw))
            {
                LogLine line = TextLine.Read(raw);
                if (classifier.TryClassify(line, out Classification classification)) ClassificationWriter.Write(json, raw, line, classification);
                else ClassificationWriter.WriteOther(json, raw, line);
                json.Flush();
                json.Reset();
                run.Out.EndLine();
            }

            run.Out.Flush();
        }
    }

    private static void PrintText(Invocation run, LineSplitter lines, LineClassifier classifier, CancellationToken cancellationToken)
    {
        while (lines.Fill())
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (lines.TryNext(out ReadOnlySpan<byte> raw))
            {
                if (!classifier.TryClassify(TextLine.Read(raw), out Classification classification)) continue;
                Rule rule = classification.Rule;
                string device = System.Text.Encoding.UTF8.GetString(classification.KernelDevice);
                string text = System.Text.Encoding.UTF8.GetString(classification.Text);
                run.Out.WriteLine($"{rule.Severity,-8} {rule.EventType ?? "-",-26} {rule.SubSystem,-10} {Printable.Line(device.Length > 0 ? device : "-"),-10} {Printable.Line(text)}");
            }

            run.Out.Flush();
        }
    }
}
