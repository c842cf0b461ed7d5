using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Config;

/// <summary><c>weir config check</c>: names everything that is wrong with a configuration.</summary>
internal sealed class CheckVerb : Verb
{
    public const string Summary = "Name everything that is wrong with a configuration.";

    private readonly Argument<string[]> _files = new("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "Files to check, each by itself. Without any: the configuration in effect." };
    private readonly Option<string?> _config = SharedOptions.Config();
    private readonly Option<bool> _json = SharedOptions.Json();

    public CheckVerb() : base("check", Summary)
    {
        Arguments.Add(_files);
        Options.Add(_config);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads the configuration without starting anything. Each problem is a line of standard error with file, line and key; what is in order is a line of standard output. With FILE each file is checked by itself: a configuration or drop-in of Weir, or hsm_action_shipper.yaml of the Python tools.",
        ],
        Examples =
        [
            new("weir config check", "Check what a daemon started now would use: the file, its drop-ins and the environment."),
            new("weir config check weir.yaml weir.d/*.yaml", "Check files before they are installed."),
        ],
        Done = "everything is in order",
        Environment = ConfigHelp.Environment,
        Files = ConfigHelp.Files,
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string[] files = run.Get(_files);
        if (files.Length > 0 && run.Has(_config)) throw new UsageException("--config goes with checking the configuration in effect, not with FILE");
        bool isInOrder = true;
        if (files.Length == 0)
        {
            EffectiveConfiguration configuration = ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables);
            isInOrder = Report(run, run.Get(_config) ?? ConfigurationLoader.DefaultPath, configuration);
        }

        foreach (string file in files) isInOrder &= Report(run, file, ConfigurationLoader.LoadFile(file));
        return Task.FromResult(isInOrder ? ExitCode.Done : ExitCode.Failed);
    }

    private bool Report(Invocation run, string file, EffectiveConfiguration configuration)
    {
        if (run.Get(_json)) WriteJson(run, file, configuration);
        else
        {
            foreach (ConfigurationProblem problem in configuration.Problems) run.Terminal.Say(problem.ToString());
            foreach (string note in configuration.Notes) run.Terminal.Say($"note: {note}");
            if (configuration.Problems.Count == 0) run.Out.WriteLine($"{file}: in order");
        }

        return configuration.Problems.Count == 0;
    }

    private static void WriteJson(Invocation run, string file, EffectiveConfiguration configuration)
    {
        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteStartArray("problems");
            foreach (ConfigurationProblem problem in configuration.Problems)
            {
                json.WriteStartObject();
                json.WriteString("place", problem.Source.Place);
                json.WriteNumber("line", problem.Source.Line);
                json.WriteString("key", problem.Key);
                json.WriteString("message", problem.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (string note in configuration.Notes) json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
