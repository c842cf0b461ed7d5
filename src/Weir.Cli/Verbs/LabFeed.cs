using Microsoft.Extensions.Logging;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs;

/// <summary>The server that the laboratory ships into. Only topics that the laboratory itself makes are ever deleted from it.</summary>
internal static class LabFeed
{
    private const string Topics = "hsm:";

    /// <returns>Opens it; null where no server was asked for.</returns>
    /// <exception cref="UsageException">It is no address of a server.</exception>
    /// <exception cref="FeedException">It cannot be used, or is in use.</exception>
    public static async Task<Func<IFeedEngine>?> ChooseAsync(string? address, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (address is null) return null;
        FeedUrl url = FeedVerb.Parse(address, SharedOptions.FeedName);
        if (url.Kind != FeedKind.Redis) throw new UsageException($"{SharedOptions.FeedName}: the laboratory's own feed lies in its directory (--dir); another is redis://HOST");
        await using IFeedEngine engine = FeedOpener.Open(url, loggers);
        IReadOnlyList<string> there = await engine.ListTopicsAsync(Topics, cancellationToken);
        if (there.Count > 0)
            throw new FeedException($"{engine.Address} has topics of HSM actions already ({there[0]}{(there.Count > 1 ? ", …" : "")}), and the laboratory must not mix with them; name another database: redis://HOST/9.");
        return () => FeedOpener.Open(url, loggers);
    }

    public static async Task EmptyAsync(Func<IFeedEngine> open)
    {
        await using IFeedEngine engine = open();
        foreach (string topic in await engine.ListTopicsAsync(Topics)) await engine.DeleteTopicAsync(topic);
    }
}
