using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Health;

/// <summary><c>weir health policy</c>: shows policies, changes them, and shows what they were.</summary>
internal sealed class PolicyVerb : HealthVerb
{
    public const string Summary = "Show and change the policies of scanning, repairing and keeping.";

    private static readonly string[] Kinds = ["scan", "heal", "retention"];

    private readonly Argument<string> _kind = new("POLICY") { Description = $"{string.Join(", ", Kinds)}." };
    private readonly Option<string[]> _set = new("--set") { HelpName = "NAME=VALUE", Description = "Change this member; the value is JSON, or a text as it stands (12h, Normal). May be given again." };
    private readonly Option<string?> _file = new("--file") { HelpName = "FILE", Description = "Change what this JSON object has; - is standard input." };
    private readonly Option<string?> _preset = new("--preset") { HelpName = "NAME", Description = "scan: set the limits to gentle, balanced, fast or unlimited." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would change." };
    private readonly Option<bool> _history = new("--history") { Description = "Show the versions, newest first." };

    public PolicyVerb() : base("policy", Summary)
    {
        Arguments.Add(_kind);
        foreach (Option option in (Option[])[_set, _file, _preset, _dryRun, _history]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Without options prints the policy in force. --set, --file and --preset change members of it, at once and without a restart; the others stay as they are, and null sets one to its default. What changed is printed.",
        ],
        Examples =
        [
            new("weir health policy scan", "How is scanned."),
            new("weir health policy scan --set default_scan_interval=12h --set bandwidth_limit_mbps=100", "Twice a day, and not too fast."),
            new("weir health policy heal --set auto_heal_enabled=false --dry-run", "What that would change."),
            new("weir health policy scan --history", "Who changed what, and when."),
        ],
        Environment = HealthEnvironment,
        Files = HealthFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string kind = run.Get(_kind);
        if (!Kinds.Contains(kind)) throw new UsageException($"'{kind}' is none of {string.Join(", ", Kinds)}{Suggestion.Phrase(kind, Kinds)}");
        bool changes = run.Get(_set) is { Length: > 0 } || run.Get(_file) is not null || run.Get(_preset) is not null;
        if (run.Get(_dryRun) && !changes) throw new UsageException("--dry-run goes with --set, --file or --preset");
        if (run.Get(_history) && changes) throw new UsageException("--history changes nothing");
        using HealthApi api = Connect(run);
        string path = $"/admin/policy/{kind}";
        if (run.Get(_history)) WriteHistory(run, await api.GetAsync($"{path}/history", cancellationToken));
        else if (!changes) WritePolicy(run, await api.GetAsync(path, cancellationToken));
        else WriteChange(run, await api.PutAsync(path + Query(("dry_run", run.Get(_dryRun) ? "true" : null), ("preset", run.Get(_preset))), Body(run), cancellationToken));
        return ExitCode.Done;
    }

    private string Body(Invocation run)
    {
        if (run.Get(_file) is { } file)
        {
            if (run.Get(_set) is { Length: > 0 }) throw new UsageException("--set and --file do not go together");
            using Stream input = file == "-" ? run.Terminal.OpenInput() : File.OpenRead(file);
            using var reader = new StreamReader(input, Encoding.UTF8);
            return reader.ReadToEnd();
        }

        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (string change in run.Get(_set) ?? [])
            {
                int equals = change.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0) throw new UsageException($"--set: '{change}' is not NAME=VALUE");
                json.WritePropertyName(change[..equals]);
                WriteValue(json, change[(equals + 1)..]);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private static void WriteValue(Utf8JsonWriter json, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(text);
        }
    }

    private void WritePolicy(Invocation run, JsonElement policy)
    {
        if (run.Get(Json)) WriteJson(run, policy);
        else TextTable.Write(run.Out, [.. policy.EnumerateObject().Select(member => new[] { member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText() })], []);
    }

    private void WriteChange(Invocation run, JsonElement change)
    {
        if (run.Get(Json))
        {
            WriteJson(run, change);
            return;
        }

        string[][] rows = [.. change.GetProperty("changes").EnumerateObject().Select(member => new[] { member.Name, member.Value.GetProperty("before").GetRawText(), "->", member.Value.GetProperty("after").GetRawText() })];
        if (rows.Length == 0) run.Out.WriteLine("nothing changes");
        else TextTable.Write(run.Out, rows, []);
    }

    private void WriteHistory(Invocation run, JsonElement history)
    {
        if (run.Get(Json))
        {
            WriteJson(run, history);
            return;
        }

        TextTable.Write(run.Out, [["version", "when", "who"], .. history.GetProperty("versions").EnumerateArray().Select(version => new[] { HealthTables.Text(version, "version"), HealthTables.Text(version, "changed_at"), HealthTables.Text(version, "changed_by") })], [0]);
    }
}
