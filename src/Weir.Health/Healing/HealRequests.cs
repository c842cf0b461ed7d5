using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Health.Healing.Storing;

namespace Weir.Health.Healing;

/// <summary>Asks for repairs over the feed, for whoever is not in the process that does them: a reader that has just failed, for one.</summary>
public static class HealRequests
{
    /// <summary>A repair of what somebody has just failed to read, or had to rebuild: before others, and without keeping the pace.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The key.</param>
    /// <param name="versionId">Null for every version; "null" for the null version.</param>
    /// <param name="reason">Who asks, as <c>drives get</c>.</param>
    public static HealRequest RealTime(string bucket, string key, string? versionId, string reason) =>
        new() { Bucket = bucket, Object = key, VersionId = versionId, Priority = HealthPriority.High, Mode = HealMode.RealTime, Reason = reason };

    /// <summary>Asks; durable when this returns.</summary>
    /// <exception cref="HealthException">A request makes no sense.</exception>
    /// <exception cref="FeedException">The feed does not take it.</exception>
    public static async ValueTask AppendAsync(IFeedEngine feed, IReadOnlyList<HealRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(requests);
        var batch = new RecordBatch();
        foreach (HealRequest request in requests) Add(batch, request, "reader");
        if (batch.Count > 0) await feed.AppendAsync(HealthTopics.Requests, batch, default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds the record of a request to a batch.</summary>
    /// <exception cref="HealthException">It makes no sense.</exception>
    public static void Add(RecordBatch batch, HealRequest request, string source)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _ = HealJson.Check(request);
        batch.Begin(HealRecordTypes.Requested, Encoding.UTF8.GetBytes(source), Encoding.UTF8.GetBytes(request.Drive ?? $"{request.Bucket}/{request.Object}"));
        using (var json = new Utf8JsonWriter(batch))
        {
            json.WriteStartObject();
            HealJson.WriteRequest(json, request);
            json.WriteEndObject();
        }

        batch.End();
    }
}
