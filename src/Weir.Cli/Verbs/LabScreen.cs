using System.Globalization;
using System.Runtime.ExceptionServices;
using Weir.Cli.Laboratory;
using Weir.Cli.Top;
using Weir.Feed;
using Weir.Hsm;
using Weir.Hsm.Top;
using Weir.Lab.Scenarios;
using Weir.Server.Feeds;
using Weir.Server.Roles;

namespace Weir.Cli.Verbs;

/// <summary>The laboratory as something to look at: a daemon at work on simulated MDTs, whose actions are shown live, as <c>weir hsm top</c> shows them.</summary>
internal static class LabScreen
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly string[] Roles = [RoleNames.Retention, RoleNames.Shipper, RoleNames.Janitor, RoleNames.Feeds, RoleNames.Api];

    public static bool IsPossible(Invocation run) => TopScreen.CanDraw(run.Terminal);

    /// <summary>Runs until <c>q</c> or until interrupted; false, at once, when the terminal cannot be taken over.</summary>
    public static async Task<bool> TryRunAsync(Invocation run, string directory, int seed, int port, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stage = new LabStage(directory, seed, run.Time, run.Loggers.CreateLogger("Weir.Lab"));
        var drives = new DriveStage(Path.Combine(directory, "drives"), seed, run.Time);
        await stage.CatchUpAsync(cancellationToken);
        LabConfiguration.Write(directory, port, stage.Actions);
        ExceptionDispatchInfo? failure = null;
        try
        {
            await using LabDaemon daemon = await LabDaemon.StartAsync(directory, Roles, (context, stopping) => PlayAsync([token => stage.RunAsync(context.Feed, token), drives.RunAsync], failed =>
            {
                // If the stage fails, so does the screen.
                failure = failed;
                stop.Cancel();
            }, stopping), run.Loggers, open: null, stop.Token);
            await using IFeedEngine reader = FeedOpener.OpenExisting(FeedUrl.Parse($"file:{stage.FeedDirectory}"), run.Loggers);
            var model = new TopModel(run.Time);
            await using var feed = new TopFeed(reader, ActionTopics.DefaultPrefix, model);
            string title = string.Create(CultureInfo.InvariantCulture, $"weir lab, seed {seed}: {reader.Address}, {daemon.Address.GetLeftPart(UriPartial.Authority)}");
            return await TopScreen.TryRunAsync(run.Terminal, new(), Interval, title, feed, model, run.Time, stop.Token, () => string.Join('\n', ((string?[])[stage.Status, drives.Status]).OfType<string>()));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Being interrupted is how it ends.
            failure?.Throw();
            return true;
        }
    }

    /// <summary>Plays all of it; where one fails the others end.</summary>
    private static async Task PlayAsync(IReadOnlyList<Func<CancellationToken, Task>> stages, Action<ExceptionDispatchInfo> fail, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAll(stages.Select(async play =>
        {
            try
            {
                await play(end.Token);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                fail(ExceptionDispatchInfo.Capture(failed));
                await end.CancelAsync();
                throw;
            }
        }));
    }
}
