using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Config;
using Weir.Server.Configuration;
using Weir.Server.Hosting;
using Weir.Server.Http;
using Weir.Server.Roles;

namespace Weir.Cli.Verbs;

/// <summary><c>weir serve</c>: the daemon.</summary>
internal sealed class ServeVerb : Verb
{
    public const string Summary = "Run the daemon: everything that is configured, in one process.";

    private readonly Option<string?> _config = SharedOptions.Config();
    private readonly Option<string?> _feed = SharedOptions.Feed();
    private readonly Option<string[]> _roles = new("--role")
    {
        HelpName = "ROLE",
        Description = $"Run this role, and no others but those that are named too: {string.Join(", ", RoleNames.All)} (serve.roles; those that are configured).",
    };
    private readonly Option<string?> _listen = new("--listen") { HelpName = "ADDRESS:PORT", Description = "Where HTTP is served (api.listen; 127.0.0.1:9400)." };

    private readonly Option<bool> _openApi = new("--openapi") { Description = "Print the OpenAPI 3.1 description of the HTTP interface, and start nothing." };

    public ServeVerb() : base("serve", Summary)
    {
        foreach (Option option in (Option[])[_config, _feed, _roles, _listen, _openApi]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Runs roles until SIGTERM or SIGINT: shipper and janitor when something is configured in section hsm, changelogs when changelogs.mdts names MDTs, and retention, feeds and api always. With --role they can be spread over several processes that work on one feed.",
            "A role that fails is run again after a while and takes no other down; GET /readyz says which does not run and why, /livez whether the process does, /metrics what it measures. Under systemd (Type=notify-reload) it tells when it is ready, and the watchdog that it lives.",
            "SIGHUP reads configuration, tokens and certificate again. Roles whose sections changed are made anew; what takes effect with the next start only is said. A configuration with a mistake changes nothing.",
            "Programs read the feed by a UNIX socket (docs/feed-socket.md) and by HTTP (docs/feed-http.md). HTTP is served on 127.0.0.1:9400 without tokens. Another address needs TLS (api.tls_certificate, api.tls_key) and tokens ('weir config token add'); without them the daemon does not start.",
        ],
        Examples =
        [
            new("weir serve", "What /etc/weir/weir.yaml says."),
            new("weir serve --role shipper --role janitor", "Only these, for example on the server of an MDT."),
            new("weir serve -c /tmp/weir.yaml --feed file:/tmp/feed --listen 127.0.0.1:9500", "A second one, to try something; curl -s http://127.0.0.1:9500/readyz shows how its roles are."),
        ],
        Done = "it was asked to stop and everything ended in time",
        Environment = ConfigHelp.Environment,
        Files = ConfigHelp.Files,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_openApi))
        {
            run.Out.Write(ApiDescription.Write(Version));
            run.Out.Flush();
            return ExitCode.Done;
        }

        string[] roles = run.Get(_roles) ?? [];
        if (roles.FirstOrDefault(role => !RoleNames.All.Contains(role)) is { } unknown)
            throw new UsageException($"--role: '{unknown}' is no role{Suggestion.Phrase(unknown, RoleNames.All)}; there are {string.Join(", ", RoleNames.All)}");
        using var daemon = new Daemon(new()
        {
            LoadConfiguration = () => Load(run),
            ApplyLog = options => Apply(run, options),
            Loggers = run.Loggers,
            Roles = roles.Length == 0 ? null : roles,
            Version = Version,
            ReadVariable = run.Terminal.ReadVariable,
        });
        using PosixSignalRegistration reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = daemon.ReloadAsync();
        });
        return await daemon.RunAsync(cancellationToken) ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Version => typeof(ServeVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static void Apply(Invocation run, WeirOptions options)
    {
        run.UseLogLevel(options.Log.Level);
        run.UseJsonLog(options.Log.IsJson);
    }

    private EffectiveConfiguration Load(Invocation run)
    {
        var overrides = new List<ConfigurationSetting>();
        if (run.Get(_feed) is { } feed) overrides.Add(ConfigurationLoader.FeedSetting(feed, ConfigurationSource.Option(SharedOptions.FeedName)));
        if (run.Get(_listen) is { } listen) overrides.Add(new("api", "listen", new ConfigurationValue(listen, ConfigurationSource.Option("--listen"))));
        EffectiveConfiguration configuration = ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables, overrides);
        if (configuration.Problems.FirstOrDefault(problem => problem.Source.IsOption) is { } wrong)
            throw new UsageException($"{wrong.Source.Place[ConfigurationSource.OptionPlace.Length..]}: {wrong.Message}");
        return configuration;
    }
}
