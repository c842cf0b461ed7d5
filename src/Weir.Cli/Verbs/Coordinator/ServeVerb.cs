using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;
using Weir.Server.Coordinator;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Coordinator;

/// <summary><c>weir coordinator serve</c>: the coordinator itself.</summary>
internal sealed class ServeVerb : Verb
{
    public const string Summary = "Take in every HSM request and hand it to the right agent.";

    private readonly Option<string?> _feed = SharedOptions.Feed();
    private readonly Option<string?> _config = SharedOptions.Config("The configuration, or the original's coordinatool.conf.");
    private readonly Option<string?> _host = new("--host", "-H") { HelpName = "HOST", Description = "Where to listen: a name, an address, or * (coordinator.listen; 127.0.0.1)." };
    private readonly Option<string?> _port = new("--port", "-p") { HelpName = "PORT", Description = "The port (coordinator.listen; 5123)." };
    private readonly Option<string?> _fsName = new("--fsname") { HelpName = "NAME", Description = "The file system's name (coordinator.fsname)." };
    private readonly Option<string[]> _archives = new("--archive", "-A") { HelpName = "ID", Description = "Register with Lustre for this archive only. May be repeated (coordinator.archive_ids; all)." };
    private readonly Option<string?> _grace = new("--client-grace") { HelpName = "MS", Description = "Milliseconds that the work of an agent that is gone waits for it (coordinator.client_grace; 600000)." };
    private readonly Option<bool> _plain = new("--plain-tcp") { Description = "Let in anybody who reaches a plain address (coordinator.plain_tcp)." };
    private readonly Option<string[]> _leftovers = new("--leftovers") { HelpName = "GLOB", Description = "At the start, take in what these files of active requests have (coordinator.leftovers)." };
    private readonly Option<string?> _redisHost = new("--redis-host") { HelpName = "HOST|URL", Description = "At the first start, take over the requests that coordinatool has in this Redis server, a host or redis[s]://[user:pass@]host[:port][/db] ('': none; coordinator.redis_host, where a password is seen by nobody else)." };
    private readonly Option<string?> _redisPort = new("--redis-port") { HelpName = "PORT", Description = "Its port (coordinator.redis_port; 6379)." };
    private readonly Option<bool> _importAgain = new("--import-again") { Description = "Take over what that server has although that was done before." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say more." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say only what is wrong." };
    private readonly Argument<string> _mountPoint = new("MOUNTPOINT")
    {
        DefaultValueFactory = _ => "",
        Description = "Where the file system is mounted: the coordinator registers there with Lustre for all work (none: requests come by 'queue').",
    };

    public ServeVerb() : base("serve", Summary)
    {
        foreach (Option option in (Option[])[_feed, _config, _host, _port, _fsName, _archives, _grace, _plain, _leftovers, _redisHost, _redisPort, _importAgain, _verbose, _quiet]) Options.Add(option);
        Arguments.Add(_mountPoint);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Speaks the protocol of coordinatool, so movers that use its client library work with it unchanged. Every request that it takes in, hands out or sees ended is in the feed (coordinator:journal) before it says so; killed at any moment, it goes on where it was, and agents find their work again within the grace time. What happens is told on coordinator:events.",
            "Agents and clients come in by plain TCP on loopback. Other addresses need agents_file (tokens), TLS (listen_tls), or --plain-tcp.",
            "The file for --config may be Weir's own or the original's coordinatool.conf, which also allows plain TCP, as its movers speak nothing else. Its variables (COORDINATOOL_HOST, …) go before files, the command line before both.",
        ],
        Examples =
        [
            new("weir coordinator serve --feed file:/srv/feed", "On loopback; requests come by 'weir coordinator queue'."),
            new("weir coordinator serve -c /etc/coordinatool.conf /mnt/lustre", "In the original's place."),
        ],
        Done = "stopped by SIGINT or SIGTERM, or by lock-quit",
        Environment = [.. FeedVerb.FeedEnvironment, new("WEIR__COORDINATOR__KEY", "A key of section coordinator; goes before the files."), new("COORDINATOOL_CONF, COORDINATOOL_HOST, …", "As the original heeds them.")],
        Files = [.. FeedVerb.FeedFiles, new(CoordinatoolFile.DefaultPath, "The original's configuration, if it is there.")],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        WeirOptions options = Configure(run);
        ILogger logger = run.Loggers.CreateLogger("Weir.Coordinator");
        await using IFeedEngine feed = FeedOpener.Open(options.Feed.Url, run.Loggers);
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(options.Coordinator, feed, logger, run.Time, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var consumers = new ConsumerRegistry(feed, new() { Time = run.Time, Logger = run.Loggers.CreateLogger("Weir.Feed") });
        Task keeping = new RetentionKeeper(consumers, RetentionComposition.Compose(options, run.Loggers.CreateLogger("Weir.Feed"))).RunAsync(null, stop.Token);
        await Task.WhenAny(coordinator.Server.Completion, Task.Delay(Timeout.Infinite, cancellationToken));
        await stop.CancelAsync();
        await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (coordinator.Server.Completion.IsCompleted) await coordinator.Server.Completion;
        return ExitCode.Done;
    }

    private WeirOptions Configure(Invocation run)
    {
        string? path = run.Get(_config);
        bool isOriginal = path is not null && CoordinatoolFile.Recognizes(path);
        CoordinatoolFile original = CoordinatoolFile.Read(isOriginal ? path : null, run.Terminal.Variables);
        foreach (string note in original.Notes) run.Terminal.Say($"note: {note}");
        UseLogLevel(run, original);
        var overrides = new List<ConfigurationSetting>(CoordinatoolServerSettings.Read(original));
        overrides.AddRange(Settings(run, original));
        if (run.Get(_feed) is { } feed) overrides.Add(ConfigurationLoader.FeedSetting(feed, ConfigurationSource.Option(SharedOptions.FeedName)));
        EffectiveConfiguration configuration = ConfigurationLoader.Load(isOriginal ? null : path, run.Terminal.Variables, overrides);
        if (configuration.Problems.FirstOrDefault(problem => problem.Source.IsOption) is { } wrong)
            throw new UsageException($"{wrong.Source.Place[ConfigurationSource.OptionPlace.Length..]}: {wrong.Message}");
        configuration.ThrowIfInvalid();
        if (original.HasFile) run.Terminal.Say("warning: coordinatool.conf lets everybody in who reaches the address by plain TCP; agents_file or TLS would not");
        CoordinatorSection section = configuration.Options.Coordinator;
        section.ImportsAgain = run.Get(_importAgain);
        if (!original.HasFile || section.RedisHost is not null) return configuration.Options;

        // Where its file says nothing, the original has its state on this machine.
        section.RedisHost = "localhost";
        section.IsRedisAssumed = true;
        return configuration.Options;
    }

    private void UseLogLevel(Invocation run, CoordinatoolFile original)
    {
        if (run.Get(_quiet)) run.UseLogLevel("warning");
        else if (run.Get(_verbose)) run.UseLogLevel("debug");
        else if (CoordinatoolServerSettings.LogLevel(original.Find("verbose")?.Text) is { } level) run.UseLogLevel(level);
    }

    private IEnumerable<ConfigurationSetting> Settings(Invocation run, CoordinatoolFile original)
    {
        if (run.Get(_host) is not null || run.Get(_port) is not null)
        {
            string host = run.Get(_host) ?? original.Find("host")?.Text ?? "127.0.0.1", port = run.Get(_port) ?? original.Find("port")?.Text ?? "5123";
            yield return Setting("listen", CoordinatoolServerSettings.Place(host, port), run.Get(_host) is null ? "--port" : "--host");
        }

        if (run.Get(_plain)) yield return Setting("plain_tcp", "true", "--plain-tcp");
        if (run.Get(_redisHost) is { } redisHost) yield return Setting("redis_host", redisHost, "--redis-host");
        if (run.Get(_redisPort) is { } redisPort) yield return Setting("redis_port", redisPort, "--redis-port");
        if (run.Get(_fsName) is { } fsName) yield return Setting("fsname", fsName, "--fsname");
        if (run.Get(_grace) is { } grace) yield return Setting("client_grace", grace + "ms", "--client-grace");
        if (run.Get(_mountPoint) is { Length: > 0 } mountPoint) yield return Setting("mountpoint", Path.GetFullPath(mountPoint), "MOUNTPOINT");
        if (run.Get(_archives) is { Length: > 0 } archives) yield return Setting("archive_ids", archives, "--archive");
        if (run.Get(_leftovers) is { Length: > 0 } leftovers) yield return Setting("leftovers", [.. leftovers.Select(Path.GetFullPath)], "--leftovers");
    }

    private static ConfigurationSetting Setting(string key, string value, string option) => new("coordinator", key, new ConfigurationValue(value, ConfigurationSource.Option(option)));

    private static ConfigurationSetting Setting(string key, string[] values, string option) => new("coordinator", key, new ConfigurationValue(values, true, ConfigurationSource.Option(option)));
}
