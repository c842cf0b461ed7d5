namespace Weir.Changelogs.Following;

/// <summary>A follower that ended without being told to.</summary>
/// <param name="Follower">Which.</param>
/// <param name="Reason">Why.</param>
public sealed record FollowerFailure(Follower Follower, IOException Reason);

/// <summary>Followers of several MDTs in one process. Each goes its own way: what ends one does not stop the others.</summary>
public static class FollowerGroup
{
    /// <summary>Runs all of them until they have ended.</summary>
    /// <param name="followers">One for each MDT.</param>
    /// <param name="once">Whether each ends at the end of its changelog, rather than when cancelled.</param>
    /// <param name="failed">Told of each failure when it happens, from any thread.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    /// <returns>What failed, in the order of the followers.</returns>
    public static async Task<IReadOnlyList<FollowerFailure>> RunAsync(
        IReadOnlyList<Follower> followers, bool once, Action<FollowerFailure> failed, CancellationToken cancellationToken)
    {
        // A device may keep its thread waiting, which must not keep the others from beginning.
        FollowerFailure?[] ended = await Task.WhenAll(followers.Select(
            follower => Task.Run(() => RunAsync(follower, once, failed, cancellationToken), CancellationToken.None))).ConfigureAwait(false);
        return [.. ended.OfType<FollowerFailure>()];
    }

    private static async Task<FollowerFailure?> RunAsync(Follower follower, bool once, Action<FollowerFailure> failed, CancellationToken cancellationToken)
    {
        try
        {
            await (once ? follower.RunOnceAsync(cancellationToken) : follower.RunAsync(cancellationToken)).ConfigureAwait(false);
            return null;
        }
        catch (IOException reason)
        {
            var failure = new FollowerFailure(follower, reason);
            failed(failure);
            return failure;
        }
    }
}
