using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Config;

/// <summary><c>weir config show</c>: each value in effect and where it comes from.</summary>
internal sealed class ShowVerb : Verb
{
    public const string Summary = "Print each value in effect, with its source.";

    private const int SourceColumn = 56;

    private readonly Option<string?> _config = SharedOptions.Config();
    private readonly Option<string?> _feed = SharedOptions.Feed();
    private readonly Option<bool> _json = SharedOptions.Json();

    public ShowVerb() : base("show", Summary)
    {
        Options.Add(_config);
        Options.Add(_feed);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads the configuration as the daemons do - the file, its drop-ins, the environment, the command line, of which the later wins - and prints every value in effect. The text is itself a configuration file; behind each value stands where it comes from. Passwords are not printed.",
        ],
        Examples =
        [
            new("weir config show", "What a daemon started now would use."),
            new("WEIR__HSM__POLL_INTERVAL=5s weir config show --json", "The same as JSON: {\"hsm\":{\"poll_interval\":{\"value\":\"5s\",\"source\":\"environment WEIR__HSM__POLL_INTERVAL\"},…}}."),
            new("weir config show -c hsm_action_shipper.yaml", "What the settings of the Python shipper come to here."),
        ],
        Environment = ConfigHelp.Environment,
        Files = ConfigHelp.Files,
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        ConfigurationSetting[] overrides = run.Get(_feed) is { } feed
            ? [ConfigurationLoader.FeedSetting(feed, ConfigurationSource.Option(SharedOptions.FeedName))] : [];
        EffectiveConfiguration configuration = ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables, overrides).ThrowIfInvalid();
        foreach (string note in configuration.Notes) run.Terminal.Say($"note: {note}");
        if (run.Get(_json)) WriteJson(run, configuration);
        else WriteText(run, configuration);
        return Task.FromResult(ExitCode.Done);
    }

    private static void WriteText(Invocation run, EffectiveConfiguration configuration)
    {
        foreach (IGrouping<string, ConfigurationKey> section in ConfigurationSchema.Keys.GroupBy(key => key.Section))
        {
            run.Out.WriteLine($"{section.Key}:");
            foreach (ConfigurationKey key in section)
            {
                IReadOnlyList<string>? value = key.Read(configuration.Options);
                string text = value is null ? $"  # {key.Name}: not set"
                    : key.IsList ? $"  {key.Name}: [{string.Join(", ", value.Select(Quote))}]" : $"  {key.Name}: {Quote(value[0])}";
                run.Out.WriteLine(value is null ? text : $"{text.PadRight(SourceColumn)}  # {configuration.SourceOf(key)}");
            }
        }
    }

    private static void WriteJson(Invocation run, EffectiveConfiguration configuration)
    {
        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Indented))
        {
            json.WriteStartObject();
            foreach (IGrouping<string, ConfigurationKey> section in ConfigurationSchema.Keys.GroupBy(key => key.Section))
            {
                json.WriteStartObject(section.Key);
                foreach (ConfigurationKey key in section) WriteKey(json, key, configuration);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        run.Out.EndLine();
    }

    private static void WriteKey(Utf8JsonWriter json, ConfigurationKey key, EffectiveConfiguration configuration)
    {
        json.WriteStartObject(key.Name);
        json.WritePropertyName("value");
        IReadOnlyList<string>? value = key.Read(configuration.Options);
        if (value is null) json.WriteNullValue();
        else if (!key.IsList) json.WriteStringValue(value[0]);
        else
        {
            json.WriteStartArray();
            foreach (string item in value) json.WriteStringValue(item);
            json.WriteEndArray();
        }

        json.WriteString("source", configuration.SourceOf(key).ToString());
        json.WriteEndObject();
    }

    /// <summary>A YAML double-quoted scalar, which a JSON string is too.</summary>
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, OutputJson.Encoder)}\"";
}
