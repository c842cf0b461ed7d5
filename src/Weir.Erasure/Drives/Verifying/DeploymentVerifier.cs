using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>Verifies all sets of all pools: some sets at once, for they share no drives.</summary>
public sealed class DeploymentVerifier(DriveTopology topology, DriveQueues queues)
{
    /// <summary>Sets that are walked at once.</summary>
    private const int MaxSets = 4;

    /// <summary>Verdicts that wait to be taken.</summary>
    private const int MaxWaiting = 256;

    /// <summary>Gives every object; those of a set in the order of <see cref="WalkRules.Compare"/>, the sets in any.</summary>
    /// <param name="options">What is verified; where it begins is <paramref name="done"/>'s to say.</param>
    /// <param name="done">By pool and set: the last object's directory that needs no more looking at; null for a whole set.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ObjectVerdict> VerifyAsync(
        VerifyOptions options, IReadOnlyDictionary<(int Pool, int Set), string?> done, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var verdicts = Channel.CreateBounded<ObjectVerdict>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
        (DrivePool Pool, int Set)[] sets =
        [
            .. from pool in topology.Pools
               from set in Enumerable.Range(0, pool.SetCount)
               where !done.TryGetValue((pool.Number, set), out string? after) || after is not null
               select (pool, set),
        ];
        Task walking = WalkAsync(sets, options, done, verdicts.Writer, ending.Token);
        try
        {
            await foreach (ObjectVerdict verdict in verdicts.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return verdict;
        }
        finally
        {
            // Whoever takes no more verdicts must not leave the walk behind.
            await ending.CancelAsync().ConfigureAwait(false);
            await walking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WalkAsync(
        (DrivePool Pool, int Set)[] sets, VerifyOptions options, IReadOnlyDictionary<(int Pool, int Set), string?> done, ChannelWriter<ObjectVerdict> verdicts, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        using var examiner = new ObjectExaminer(queues);
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxSets, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(sets, parallel, async (place, token) =>
            {
                var verifier = new SetVerifier(queues, examiner);
                VerifyOptions own = options with { After = done.GetValueOrDefault((place.Pool.Number, place.Set)) ?? options.After };
                await foreach (ObjectVerdict verdict in verifier.VerifyAsync(place.Pool, place.Set, own, token).ConfigureAwait(false))
                {
                    await verdicts.WriteAsync(verdict, token).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
        }

        verdicts.Complete(failure);
    }
}
