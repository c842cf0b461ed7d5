using Weir.Cli.Terminals;
using Weir.Feed;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>top where there is no screen to draw on: a plain frame every interval, until it is interrupted.</summary>
internal sealed class TopBatch(OutputBuffer output, TopFeed feed, TopModel model, PlainFrame plain, TimeProvider time)
{
    public async Task RunAsync(TopQuery query, TimeSpan interval, CancellationToken cancellationToken)
    {
        bool hasBegun = false;
        while (true)
        {
            try
            {
                await feed.CatchUpAsync(cancellationToken);
            }
            catch (FeedUnavailableException) when (hasBegun)
            {
                // The log says so once; what is known is no news.
                await Task.Delay(interval, time, cancellationToken);
                continue;
            }

            hasBegun = true;
            model.TakeFrame();
            plain.Write(model.Build(query), "Listening for live updates...");
            output.EndLine();
            output.Flush();
            await Task.Delay(interval, time, cancellationToken);
        }
    }
}
