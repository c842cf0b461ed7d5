using System.Threading.Channels;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Feed;

namespace Weir.Coordinator.Server;

/// <summary>Makes turns durable, in their order.</summary>
internal sealed class TurnWriter(JournaledCoordinator coordinator, CoreLoop loop, ServerState state)
{
    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(1);

    /// <summary>Writes each turn and hands it on; ends when there are no more turns.</summary>
    /// <exception cref="FeedException">A turn cannot be written: the core knows more than the journal now.</exception>
    public async Task RunAsync(ChannelWriter<Turn> durable, CancellationToken stopping)
    {
        try
        {
            await foreach (Turn turn in loop.Taken.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await WriteAsync(turn, stopping).ConfigureAwait(false);
                loop.Written();
                await durable.WriteAsync(turn, CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            durable.TryComplete();
        }
    }

    private async ValueTask WriteAsync(Turn turn, CancellationToken stopping)
    {
        bool isFull = false;
        while (true)
        {
            try
            {
                await coordinator.WriteAsync(turn, CancellationToken.None).ConfigureAwait(false);
                if (isFull) CoordinatorLog.FeedHasRoom(state.Logger);
                return;
            }
            catch (FeedFullException full) when (!stopping.IsCancellationRequested)
            {
                if (!isFull) CoordinatorLog.FeedFull(state.Logger, full.Message);
                isFull = true;
                await Task.Delay(FullRetry, state.Time, stopping).ConfigureAwait(false);
            }
        }
    }
}
