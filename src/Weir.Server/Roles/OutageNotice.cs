using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Roles;

/// <summary>
/// Remembers for how long the feed took nothing from a source that looks at states: it waits, and goes on with what is then; what came and went
/// meanwhile nobody has seen. When the feed takes records again, a GAP on <see cref="FeedEvents.Topic"/> says so.
/// </summary>
/// <param name="events">Where it is told.</param>
/// <param name="topic">Where records are missing.</param>
/// <param name="source">Whose they would have been.</param>
/// <param name="shortest">Less than this is as between two looks, and nothing is missing.</param>
/// <param name="time">The clock.</param>
internal sealed class OutageNotice(FeedEvents events, string topic, string source, TimeSpan shortest, TimeProvider time)
{
    private const string Reason = "the feed took no records; what came and went meanwhile was not seen";

    private DateTimeOffset? _since;

    /// <summary>What is being told; to be awaited at the end.</summary>
    public Task Telling { get; private set; } = Task.CompletedTask;

    /// <summary>Takes what became of a look, one after another.</summary>
    public void Note(bool isTaken)
    {
        if (!Telling.IsCompleted) return;
        if (!isTaken) _since ??= time.GetUtcNow();
        else if (_since is { } since) Telling = TellAsync(since);
    }

    private async Task TellAsync(DateTimeOffset since)
    {
        DateTimeOffset now = time.GetUtcNow();
        try
        {
            if (now - since >= shortest) await events.AppendGapAsync(topic, source, RecordId.Zero, null, since, now, Reason).ConfigureAwait(false);
            _since = null;
        }
        catch (FeedException)
        {
            // Not written after all: it is told after the next look that is taken.
        }
    }
}
