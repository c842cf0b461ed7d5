using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Server.Configuration;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Hsm;

/// <summary>
/// A verb about HSM actions. Its feed and topics come from the configuration, which may be an original tool's file; <c>--feed</c> and the
/// original's own options go before it.
/// </summary>
internal abstract class HsmVerb : Verb
{
    private readonly Option<string?> _feed = SharedOptions.Feed();
    private readonly Option<string?> _config = SharedOptions.Config("The configuration, or an original tool's file.");
    private readonly Option<string?> _topic = new("--topic", "--stream", "--stream-prefix", "--prefix")
    {
        HelpName = "NAME",
        Description = "The single topic, or what each MDT's topic starts with (hsm.topic; hsm:actions).",
    };
    private readonly Option<string?> _host = new("--host") { HelpName = "HOST", Description = "The Redis server, as the original tools take it; --feed says the same and more." };
    private readonly Option<int> _port = new("--port") { HelpName = "PORT", Description = "Its port.", DefaultValueFactory = _ => 6379 };
    private readonly Option<int> _db = new("--db") { HelpName = "NUMBER", Description = "Its database.", DefaultValueFactory = _ => 1 };

    private readonly Option<string?> _logFile = new("--log-file") { HelpName = "FILE", Description = "Append the log's messages to this file rather than to standard error." };

    protected HsmVerb(string name, string summary) : base(name, summary)
    {
        foreach (Option option in (Option[])[_feed, _config, _topic, _host, _port, _db, _logFile]) Options.Add(option);
    }

    public static IReadOnlyList<HelpEntry> HsmEnvironment { get; } = [.. FeedVerb.FeedEnvironment, new("WEIR__HSM__KEY", "A key of section hsm; goes before the files.")];

    public static IReadOnlyList<HelpEntry> FeedFiles => FeedVerb.FeedFiles;

    /// <summary>What is configured, with what the command line says over it.</summary>
    /// <param name="run">The call.</param>
    /// <param name="settings">What the verb's own options say.</param>
    protected EffectiveConfiguration Configure(Invocation run, params IEnumerable<ConfigurationSetting> settings)
    {
        var overrides = new List<ConfigurationSetting>(settings);
        if (run.Get(_topic) is { } topic) overrides.Add(Setting("hsm", "topic", topic, "--topic"));
        if (FeedOf(run) is { } feed) overrides.Add(ConfigurationLoader.FeedSetting(feed, ConfigurationSource.Option(SharedOptions.FeedName)));
        EffectiveConfiguration configuration = ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables, overrides);
        if (configuration.Problems.FirstOrDefault(problem => problem.Source.IsOption) is { } wrong)
            throw new UsageException($"{wrong.Source.Place[ConfigurationSource.OptionPlace.Length..]}: {wrong.Message}");
        configuration.ThrowIfInvalid();
        foreach (string note in configuration.Notes) run.Terminal.Say($"note: {note}");
        if (configuration.OriginalLogLevel is { } level) run.UseLogLevel(level);
        if ((run.Get(_logFile) ?? configuration.OriginalLogFile) is { } logFile) run.UseLogFile(logFile);
        return configuration;
    }

    /// <summary>Opens the configured feed, which must be there.</summary>
    protected static IFeedEngine OpenExisting(Invocation run, EffectiveConfiguration configuration) =>
        FeedOpener.OpenExisting(configuration.Options.Feed.Url, run.Loggers, configuration.Options.Hsm.Topic);

    /// <summary>A duration that an option gives as a value for a key.</summary>
    protected static ConfigurationSetting Setting(string section, string key, string value, string option) =>
        new(section, key, new ConfigurationValue(value, ConfigurationSource.Option(option)));

    private string? FeedOf(Invocation run)
    {
        string? feed = run.Get(_feed);
        bool namesRedis = run.Has(_host) || run.Has(_port) || run.Has(_db);
        if (!namesRedis) return feed;
        if (feed is not null) throw new UsageException("--feed and --host, --port or --db both name the feed; use one");
        string host = run.Get(_host) ?? "localhost";
        return string.Create(CultureInfo.InvariantCulture, $"redis://{(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host)}:{run.Get(_port)}/{run.Get(_db)}");
    }
}
