using System.Text.Json;

namespace Weir.Health.Healing;

/// <summary>
/// The body of a bucket notification, as S3, MinIO and RustFS send it to webhooks: <c>{"Records":[{"eventName","s3":{"bucket":{"name"},"object":{"key","versionId"}}}]}</c>,
/// the key escaped as in a query (docs.aws.amazon.com, "Event message structure").
/// </summary>
public static class BucketNotification
{
    private const int MaxRecords = 10_000, MaxReason = 200;

    /// <summary>The objects that it names, each asked to be looked at and repaired at once.</summary>
    /// <exception cref="HealthException">It is no notification, or names what can be no object.</exception>
    public static IReadOnlyList<HealRequest> Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("Records", out JsonElement records) || records.ValueKind != JsonValueKind.Array) throw Invalid("It has no array 'Records'.");
        if (records.GetArrayLength() > MaxRecords) throw Invalid($"It has more than {MaxRecords} records.");
        var requests = new List<HealRequest>(records.GetArrayLength());
        foreach (JsonElement record in records.EnumerateArray())
        {
            string bucket = Text(record, "s3", "bucket", "name") ?? throw Invalid("A record has no s3.bucket.name.");
            string key = Text(record, "s3", "object", "key") ?? throw Invalid("A record has no s3.object.key.");
            string? version = Text(record, "s3", "object", "versionId") is { Length: > 0 } given ? given : null;
            string reason = $"notification {Text(record, "eventName")}".TrimEnd();
            HealRequest request = HealRequests.RealTime(bucket, Uri.UnescapeDataString(key.Replace('+', ' ')), version, reason.Length <= MaxReason ? reason : reason[..MaxReason]);
            _ = HealJson.Check(request);
            requests.Add(request);
        }

        return requests;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

    private static HealthException Invalid(string message) => new(HealthProblem.Invalid, "invalid_notification", $"This is no bucket notification: {message}");
}
