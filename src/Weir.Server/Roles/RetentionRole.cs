using Weir.Feed.Consuming;
using Weir.Server.Feeds;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>Keeps the feed as small as its consumers and rules allow, and aborts consumers that are past a limit.</summary>
internal sealed class RetentionRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Retention;

    public Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        RetentionOptions options = RetentionComposition.Compose(context.Options, context.Loggers.CreateLogger("Weir.Feed"));
        report.Running();
        return new RetentionKeeper(context.Consumers, options).RunAsync(round => Report(round, report), stopping);
    }

    private static void Report(RetentionReport round, IRoleReport report)
    {
        if (round.IsAboveMark) report.Degraded($"the feed takes {round.FeedBytes} bytes and is past its high-water mark, or the disk is past its floor");
        else report.Running();
    }
}
