using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Health.Issues;

/// <summary>Reads on <see cref="HealthTopics.Events"/> which repairs hold, and ends the issues that they were for.</summary>
internal sealed class HealFollower(IFeedEngine feed, IssueBook book)
{
    private static readonly byte[] Completed = Encoding.UTF8.GetBytes("HealCompleted");

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IssueBookOptions options = book.Options;
        using IFeedWatch watch = feed.Watch(HealthTopics.Events);
        while (true)
        {
            try
            {
                await ReadAsync(cancellationToken).ConfigureAwait(false);
                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FeedException error)
            {
                ScanLog.TopicUnread(options.Logger, HealthTopics.Events, error.Message);
                await Task.Delay(options.RetryInterval, options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        ITopicCursor cursor = feed.OpenCursor(HealthTopics.Events, book.HealsRead);
        await using (cursor.ConfigureAwait(false))
        {
            while (true)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty) return;
                await book.RecordHealsAsync(Parse(page), cursor.Position, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static List<HealedObject> Parse(RecordPage page)
    {
        var healed = new List<HealedObject>();
        foreach (RecordView record in page)
        {
            if (!record.Type.SequenceEqual(Completed)) continue;
            try
            {
                var reader = new Utf8JsonReader(record.Data);
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                JsonElement root = document.RootElement;
                if (root.GetProperty("bucket").GetString() is not { Length: > 0 } bucket || root.GetProperty("object").GetString() is not { Length: > 0 } name) continue;
                string[] versions = [.. root.GetProperty("healthy_versions").EnumerateArray().Select(version => version.GetString() ?? "")];
                string? id = root.TryGetProperty("heal_id", out JsonElement request) ? request.GetString() : null;
                healed.Add(new(Erasure.Drives.ObjectName.Create(bucket, name).Path, versions, record.Id.Time, id));
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
            {
                // A record of a stranger.
            }
        }

        return healed;
    }
}

/// <summary>An object that a repair has made whole.</summary>
/// <param name="Path">"bucket/stored key".</param>
/// <param name="Versions">The versions that are; "null" for the null version.</param>
/// <param name="At">When it was told.</param>
/// <param name="HealId">The repair; null where it does not say.</param>
internal sealed record HealedObject(string Path, IReadOnlyList<string> Versions, DateTimeOffset At, string? HealId);
