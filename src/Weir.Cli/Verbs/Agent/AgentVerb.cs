using System.CommandLine;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Lustre;
using Weir.Lab.Movers;
using Weir.Lustre.Llapi;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;
using Weir.Server.Movers;

namespace Weir.Cli.Verbs.Agent;

/// <summary>A verb that is an agent: where its work comes from, how much of it is done at once, and how that is told.</summary>
internal abstract class AgentVerb : Verb
{
    private static readonly TimeSpan OnceIdle = TimeSpan.FromSeconds(2);

    private readonly Option<string?> _config = SharedOptions.Config();
    private readonly Option<string?> _coordinator = new("--coordinator", "-H") { HelpName = "HOST:PORT", Description = "The coordinator (agent.coordinator; where coordinator.listen says)." };
    private readonly Option<bool> _lustre = new("--lustre") { Description = "Have the work from the MDTs themselves: register with them, without a coordinator (agent.source)." };
    private readonly Option<bool> _lab = new("--lab") { Description = "MOUNTPOINT is a plain directory in place of a Lustre file system, to try things: DIR/.lustre/fid/FID are its files." };
    private readonly Option<string?> _id = new("--id", "-I") { HelpName = "NAME", Description = "The agent's name, one of its own for each agent (agent.id; the host's)." };
    private readonly Option<string[]> _archives = new("--archive", "-A") { HelpName = "ID", Description = "Only this archive. May be repeated (agent.archive_ids; all)." };
    private readonly Option<string?> _tokenFile = new("--token-file") { HelpName = "FILE", Description = "Show the token on the file's first line (agent.token_file)." };
    private readonly Option<string?> _tlsCa = new("--ca") { HelpName = "FILE", Description = "Speak TLS with the coordinator, whose certificate one of these authorities has signed, in PEM (agent.tls, agent.tls_ca)." };
    private readonly Option<string?> _archiveSlots = new("--archive-slots") { HelpName = "N", Description = "Archives at once (agent.archive_slots; 4)." };
    private readonly Option<string?> _restoreSlots = new("--restore-slots") { HelpName = "N", Description = "Restores at once (agent.restore_slots; 4)." };
    private readonly Option<string?> _removeSlots = new("--remove-slots") { HelpName = "N", Description = "Removes at once (agent.remove_slots; 2)." };
    private readonly Option<string?> _retries = new("--retries") { HelpName = "N", Description = "Attempts after the first, for errors that may pass (agent.retries; 3)." };
    private readonly Option<string?> _metrics = new("--metrics") { HelpName = "ADDRESS:PORT", Description = "Serve /metrics (Prometheus), /readyz and /livez there (agent.metrics; nowhere)." };
    private readonly Option<bool> _once = new("--once") { Description = "End when nothing has come, and nothing was at work, for two seconds; with exit code 1 when an action failed." };
    private readonly Option<bool> _json = new("--json") { Description = "Print each action that has ended as a JSON object on a line." };
    private readonly Argument<string> _mountPoint = new("MOUNTPOINT") { DefaultValueFactory = _ => "", Description = "Where the file system is mounted (agent.mountpoint)." };

    protected AgentVerb(string name, string summary) : base(name, summary)
    {
        foreach (Option option in (Option[])[_config, _coordinator, _lustre, _lab, _id, _archives, _tokenFile, _tlsCa, _archiveSlots, _restoreSlots, _removeSlots, _retries, _metrics, _once, _json]) Options.Add(option);
        Arguments.Add(_mountPoint);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    protected static IReadOnlyList<string> SharedDescription { get; } =
    [
        "Work comes from a coordinator ('weir coordinator serve', or the original), or with --lustre from the MDTs themselves. Each action is begun, its progress told and ended through the Lustre client's liblustreapi. A file that changes while it is archived is tried again, and so are errors that may pass; when the retries are used up the MDT hears the error, and may send it again.",
        "SIGTERM and SIGINT interrupt what is at work, which leaves nothing half done; the coordinator hands it out again. Killed at any moment, the agent does what it had anew.",
    ];

    protected static IReadOnlyList<HelpEntry> SharedEnvironment { get; } = [new("WEIR__AGENT__KEY", "A key of section agent; goes before the files.")];

    protected static IReadOnlyList<HelpEntry> SharedFiles { get; } = Config.ConfigHelp.Files;

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        WeirOptions options = Configure(run);
        if (options.Agent.MountPoint is null) throw new UsageException("there is no mount point: name it, or agent.mountpoint in the configuration");
        if (run.Get(_lab) && options.Agent.IsRegistered) throw new UsageException("--lab has no MDT to register with: work comes from a coordinator");
        ILogger logger = run.Loggers.CreateLogger("Weir.Coordinator.Movers");
        LlapiLibrary? library = run.Get(_lab) ? null : LoadLibrary();
        using IHsmFileSystem fileSystem = library is null ? new DirectoryFileSystem(options.Agent.MountPoint) : new LlapiFileSystem(library, options.Agent.MountPoint, logger);
        string fsName = fileSystem is LlapiFileSystem lustre ? lustre.Attach() : options.Coordinator.FsName;
        using IDisposable? held = Compose(options.Agent, fsName, logger, run.Time, out IActionMover mover);
        using var agent = new RunningAgent(new()
        {
            Options = options,
            FileSystem = fileSystem,
            FsName = fsName,
            Mover = mover,
            Library = library,
            Loggers = run.Loggers,
            Time = run.Time,
            Version = typeof(AgentVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            ReadVariable = run.Terminal.ReadVariable,
            Report = run.Get(_json) ? report => ReportPrinter.Write(run.Out, report, run.Time.GetUtcNow()) : null,
            IdleLimit = run.Get(_once) ? OnceIdle : null,
        });
        await agent.RunAsync(cancellationToken);
        return run.Get(_once) && agent.FailedCount > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>What does the work, and what has to be given back afterwards.</summary>
    protected abstract IDisposable? Compose(AgentSection section, string fsName, ILogger logger, TimeProvider time, out IActionMover mover);

    /// <summary>The verb's own options, as keys of the section and values.</summary>
    protected abstract IEnumerable<(string Key, string[] Values, string Option)> OwnSettings(Invocation run);

    private static LlapiLibrary LoadLibrary()
    {
        try
        {
            return LlapiLibrary.Load();
        }
        catch (LlapiException exception)
        {
            throw new IOException($"{exception.Message} Without Lustre, --lab works on a plain directory.", exception);
        }
    }

    private WeirOptions Configure(Invocation run)
    {
        IEnumerable<ConfigurationSetting> overrides = SharedSettings(run).Concat(OwnSettings(run)).Where(setting => setting.Values.Length > 0).Select(setting => new ConfigurationSetting(
            "agent", setting.Key, new ConfigurationValue(setting.Values, setting.Values.Length > 1, ConfigurationSource.Option(setting.Option))));
        EffectiveConfiguration configuration = ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables, [.. overrides]);
        if (configuration.Problems.FirstOrDefault(problem => problem.Source.IsOption) is { } wrong)
            throw new UsageException($"{wrong.Source.Place[ConfigurationSource.OptionPlace.Length..]}: {wrong.Message}");
        configuration.ThrowIfInvalid();
        run.UseLogLevel(configuration.Options.Log.Level);
        run.UseJsonLog(configuration.Options.Log.IsJson);
        return configuration.Options;
    }

    private IEnumerable<(string Key, string[] Values, string Option)> SharedSettings(Invocation run)
    {
        yield return ("coordinator", Given(run.Get(_coordinator)), "--coordinator");
        yield return ("source", run.Get(_lustre) ? ["lustre"] : [], "--lustre");
        yield return ("id", Given(run.Get(_id)), "--id");
        yield return ("archive_ids", run.Get(_archives) ?? [], "--archive");
        yield return ("token_file", Path(run.Get(_tokenFile)), "--token-file");
        yield return ("tls", run.Get(_tlsCa) is null ? [] : ["on"], "--ca");
        yield return ("tls_ca", Path(run.Get(_tlsCa)), "--ca");
        yield return ("archive_slots", Given(run.Get(_archiveSlots)), "--archive-slots");
        yield return ("restore_slots", Given(run.Get(_restoreSlots)), "--restore-slots");
        yield return ("remove_slots", Given(run.Get(_removeSlots)), "--remove-slots");
        yield return ("retries", Given(run.Get(_retries)), "--retries");
        yield return ("metrics", Given(run.Get(_metrics)), "--metrics");
        yield return ("mountpoint", run.Get(_mountPoint) is { Length: > 0 } mountPoint ? Path(mountPoint) : [], "MOUNTPOINT");
    }

    protected static string[] Given(string? value) => value is null ? [] : [value];

    /// <summary>A path as seen from here.</summary>
    protected static string[] Path(string? value) => value is null ? [] : [System.IO.Path.GetFullPath(value)];
}
