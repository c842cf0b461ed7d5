using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Appending;

/// <summary>Says what it means that a server refuses an append. Where a part of the batch was kept, that comes first.</summary>
internal static class AppendRefusal
{
    /// <param name="refused">What the server said.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="address">The feed.</param>
    /// <param name="first">The first id of what was refused, where it has one.</param>
    /// <param name="expected">The last id that the caller expects.</param>
    /// <param name="kept">Up to where the batch was appended; zero when nothing of it was.</param>
    public static FeedException Explain(RespErrorException refused, string topic, string address, RecordId first, RecordId? expected, RecordId kept)
    {
        RecordId last = RecordId.TryParse(refused.Detail, out RecordId id) ? id : RecordId.Zero;
        FeedException reason = refused.Code switch
        {
            AppendScript.LastIdMismatch when expected is { } there => new LastIdMismatchException(topic, there, last),
            AppendScript.LastIdMismatch => new($"Nothing was appended to topic '{topic}': it ends at {last}, since an append before this one failed or another writer was faster.", refused),
            AppendScript.IdNotAboveLast => new IdNotAboveLastException(topic, first, last),
            "WEIRWAIT" => new($"Topic '{topic}' on {address}: {refused.Detail}.", refused),
            _ => RedisFailure.Explain(refused, $"append to topic '{topic}'", address),
        };

        // A piece that was sent behind another one which then failed itself.
        bool isKept = kept != RecordId.Zero && (refused.Code != AppendScript.LastIdMismatch || last >= kept);
        return !isKept
            ? reason
            : new($"A batch for topic '{topic}' was appended up to {kept} only. Read the topic's end and append what is missing. The reason: {reason.Message}", reason);
    }
}
