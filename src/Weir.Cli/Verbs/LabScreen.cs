using System.Globalization;
using Weir.Cli.Top;
using Weir.Feed;
using Weir.Hsm;
using Weir.Hsm.Top;
using Weir.Lab.Scenarios;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs;

/// <summary>The laboratory as something to look at: its MDTs' actions, live, as <c>weir hsm top</c> shows them.</summary>
internal static class LabScreen
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static bool IsPossible(Invocation run) => TopScreen.CanDraw(run.Terminal);

    /// <summary>Runs until <c>q</c> or until interrupted; false, at once, when the terminal cannot be taken over.</summary>
    public static async Task<bool> TryRunAsync(Invocation run, string directory, int seed, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var stage = new LabStage(directory, seed, run.Time, run.Loggers.CreateLogger("Weir.Lab"));
        await stage.CatchUpAsync(cancellationToken);
        Task playing = stage.RunAsync(stop.Token);

        // If the stage fails, so does the screen.
        _ = playing.ContinueWith(_ => stop.Cancel(), cancellationToken, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        try
        {
            await using IFeedEngine reader = FeedOpener.OpenExisting(FeedUrl.Parse($"file:{stage.FeedDirectory}"), run.Loggers);
            var model = new TopModel(run.Time);
            await using var feed = new TopFeed(reader, ActionTopics.DefaultPrefix, model);
            string title = string.Create(CultureInfo.InvariantCulture, $"weir lab, seed {seed}: {reader.Address}");
            return await TopScreen.TryRunAsync(run.Terminal, new(), Interval, title, feed, model, run.Time, stop.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being interrupted is how it ends.
            return true;
        }
        catch (OperationCanceledException) when (playing.IsFaulted)
        {
            await playing;
            return true;
        }
        finally
        {
            await stop.CancelAsync();
            await playing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
