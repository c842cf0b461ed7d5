using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;

namespace Weir.Hsm.Following;

/// <summary>Is shown every event that a follower reads.</summary>
internal interface IActionSink
{
    /// <summary>Is shown the event before the live actions take it in.</summary>
    void Taking(FollowedTopic topic, in HsmEvent told, in RecordView record, LiveActions live);

    /// <param name="topic">Where it stands.</param>
    /// <param name="told">The event; good during the call.</param>
    /// <param name="record">Its record; good during the call.</param>
    /// <param name="change">What it did.</param>
    /// <param name="action">The action it is about; null when that is gone or unknown.</param>
    void Take(FollowedTopic topic, in HsmEvent told, in RecordView record, LiveChange change, LiveAction? action);

    /// <summary>Some events were read; the next are read when this completes.</summary>
    ValueTask EndPageAsync(CancellationToken cancellationToken);

    /// <summary>What was read of the topic is void, and it is read again from its beginning.</summary>
    void StartAgain(FollowedTopic topic);
}
