using Microsoft.Extensions.Logging;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Following;
using Weir.Server.Configuration.Sections;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>Brings the changelogs of the configured MDTs into the feed, each by a follower of its own. One that gives up is tried again.</summary>
internal sealed class ChangelogsRole(RoleContext context) : IRole
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<string, string> _problems = new(StringComparer.Ordinal);

    public string Name => RoleNames.Changelogs;

    public Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        report.Running();
        return Task.WhenAll(context.Options.Changelogs.Mdts.Select(mdt => FollowAsync(mdt, report, stopping)));
    }

    private async Task FollowAsync(FollowedMdt mdt, IRoleReport report, CancellationToken stopping)
    {
        var options = new FollowerOptions { User = mdt.User, Mask = context.Options.Changelogs.Mask, Time = context.Time };
        ILogger logger = context.Loggers.CreateLogger("Weir.Changelogs");
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await new Follower(options, new KernelChangelog(mdt.Mdt), context.Feed, logger).RunAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                Note(mdt, failed.Message, report);
                await Task.Delay(RetryDelay, context.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Note(mdt, null, report);
            }
        }
    }

    private void Note(FollowedMdt mdt, string? problem, IRoleReport report)
    {
        lock (_problems)
        {
            if (problem is null) _problems.Remove(mdt.Mdt);
            else _problems[mdt.Mdt] = problem;
            if (_problems.Count == 0) report.Running();
            else report.Degraded(string.Join("; ", _problems.Select(entry => $"{entry.Key}: {entry.Value}")));
        }
    }
}
