using Weir.Feed.Consuming;

namespace Weir.Server.Feeds;

/// <summary>
/// What a local user may see of the feed: everything, or the records whose data has his own uid. Topics and records without a uid are then
/// not there for him.
/// </summary>
/// <param name="OnlyUser">The uid whose records he may see; null: all.</param>
public readonly record struct FeedAccess(uint? OnlyUser)
{
    public static FeedAccess Everything => default;

    public bool IsRestricted => OnlyUser is not null;

    /// <summary>The filter that a reader of this user gets.</summary>
    /// <exception cref="ArgumentException">The filter has too many terms to take one more.</exception>
    public RecordFilter Restrict(RecordFilter wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return OnlyUser is { } user ? RecordFilter.OfUser(user).And(wanted) : wanted;
    }
}
