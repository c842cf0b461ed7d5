using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Server.Configuration;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Feed;

/// <summary>A verb that works on a feed, named by <c>--feed</c>, the environment or the configuration.</summary>
internal abstract class FeedVerb : Verb
{
    private readonly Option<string?> _feed = SharedOptions.Feed();

    protected FeedVerb(string name, string summary) : base(name, summary) => Options.Add(_feed);

    public static IReadOnlyList<HelpEntry> FeedFiles { get; } =
    [
        new("/var/lib/weir/feed", "The feed of root, when none is named."),
        new("~/.local/state/weir/feed", "The feed of other users ($XDG_STATE_HOME/weir/feed)."),
        new(ConfigurationLoader.DefaultPath, "Its feed.url is the feed when neither --feed nor WEIR_FEED names one."),
    ];

    public static IReadOnlyList<HelpEntry> FeedEnvironment { get; } = [new(FeedUrl.Variable, "The feed, when --feed does not name one.")];

    /// <summary>The feed that the verb is about.</summary>
    protected FeedUrl Locate(Invocation run)
    {
        if (run.Get(_feed) is { } option) return Parse(option, SharedOptions.FeedName);
        if (run.Terminal.ReadVariable(FeedUrl.Variable) is { } variable) return Parse(variable, FeedUrl.Variable);
        // Nearly always there is nothing to read, and the configuration's code is not worth loading to find that out.
        bool isConfigured = File.Exists(ConfigurationLoader.DefaultPath) || Directory.Exists(ConfigurationLoader.DefaultDropIns)
            || run.Terminal.Variables.Keys.Any(name => name.StartsWith(ConfigurationLoader.VariablePrefix, StringComparison.Ordinal));
        return isConfigured
            ? ConfigurationLoader.Load(null, run.Terminal.Variables).ThrowIfInvalid().Options.Feed.Url
            : FeedUrl.Default(Environment.IsPrivilegedProcess, run.Terminal.ReadVariable);
    }

    /// <summary>Opens the feed, which must be there.</summary>
    protected IFeedEngine OpenExisting(Invocation run) => FeedOpener.OpenExisting(Locate(run), run.Loggers);

    /// <summary>What the topic holds.</summary>
    /// <exception cref="FeedException">There is no such topic.</exception>
    protected static async Task<TopicInfo> DescribeAsync(IFeedEngine feed, string topic, CancellationToken cancellationToken)
    {
        CheckName(topic);
        if (await feed.DescribeAsync(topic, cancellationToken) is { } info) return info;
        IReadOnlyList<string> topics = await feed.ListTopicsAsync("", cancellationToken);
        throw new FeedException($"There is no topic '{topic}' in {feed.Address}{Suggestion.Phrase(topic, topics)}");
    }

    /// <exception cref="UsageException">No topic can have this name.</exception>
    public static void CheckName(string topic)
    {
        try
        {
            TopicName.ThrowIfInvalid(topic);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(topic.Length == 0 ? "a topic's name cannot be empty" : exception.Message);
        }
    }

    /// <summary>The feed that an option or variable names.</summary>
    /// <exception cref="UsageException">It is no address of a feed.</exception>
    public static FeedUrl Parse(string text, string where) =>
        FeedUrl.TryParse(text, out FeedUrl? url, out string problem) ? url.ToAbsolute() : throw new UsageException($"{where}: {problem}");
}
