using System.Text.Json;
using Weir.Erasure.Drives.Verifying;
using Weir.Health;

namespace Weir.Server.Health.Web;

/// <summary>Reads <c>{"strategy":{"type",…},"priority"}</c>: a scan that is asked for.</summary>
internal static class ScanRequestReader
{
    private const int MostNames = 10_000;
    private const int MostBucketBytes = 255;
    private const int MostKeyBytes = 4096;
    private const long MostObjects = 1_000_000_000_000;

    public static ScanRequest Read(JsonElement body)
    {
        var request = new RequestObject(body);
        RequestObject strategy = request.Object("strategy") ?? throw RequestObject.Wrong("strategy", "is missing; {\"type\":\"Full\"} scans everything");
        ScanStrategy type = strategy.Choice<ScanStrategy>("type") ?? throw RequestObject.Wrong("strategy.type", $"is missing; it is one of {string.Join(", ", Enum.GetNames<ScanStrategy>())}");
        var read = new ScanRequest
        {
            Strategy = type,
            Mode = strategy.Choice<VerifyMode>("mode"),
            Scope = ReadScope(strategy.Object("scope")),
            Priority = request.Choice<HealthPriority>("priority") ?? HealthPriority.Normal,
        };
        read = type switch
        {
            ScanStrategy.Incremental => read with { Since = strategy.Time("since") },
            ScanStrategy.Smart => read with
            {
                SampleRate = strategy.Number("sample_rate", 0, 1) ?? throw RequestObject.Wrong("strategy.sample_rate", "is missing; it is the part of the objects to look at, above 0 and at most 1"),
                FavorsUnscanned = strategy.Flag("favor_unscanned") ?? true,
            },
            ScanStrategy.Targeted => read with { Targets = ReadTargets(strategy) },
            _ => read,
        };
        request.ThrowIfUnknown();
        return read;
    }

    private static ScanScope ReadScope(RequestObject? scope) => scope is null ? new() : new()
    {
        Buckets = scope.Texts("buckets", MostNames, MostBucketBytes),
        IncludesSystemObjects = scope.Flag("include_system_objects"),
        MaxObjects = scope.Integer("max_objects", 1, MostObjects),
    };

    private static ScanTarget[] ReadTargets(RequestObject strategy)
    {
        IReadOnlyList<RequestObject> targets = strategy.Objects("targets", MostNames)
            ?? throw RequestObject.Wrong("strategy.targets", "is missing; each is {\"bucket\",\"object\"}, {\"bucket\",\"prefix\"}, {\"bucket\"} or {\"drive\"}");
        return targets.Count > 0 ? [.. targets.Select(ReadTarget)] : throw RequestObject.Wrong("strategy.targets", "the list is empty");
    }

    private static ScanTarget ReadTarget(RequestObject target)
    {
        string? drive = target.Text("drive", MostKeyBytes);
        string? bucket = target.Text("bucket", MostBucketBytes);
        string? key = target.Text("object", MostKeyBytes);
        string? prefix = target.Text("prefix", MostKeyBytes);
        if (drive is not null && (bucket ?? key ?? prefix) is not null) throw target.Wrong("drive");
        if (drive is null && bucket is null) throw RequestObject.Wrong(target.PathOf("bucket"), "is missing; each target is {\"bucket\",\"object\"}, {\"bucket\",\"prefix\"}, {\"bucket\"} or {\"drive\"}");
        if (key is not null && prefix is not null) throw target.Wrong("prefix");
        return new(bucket, key, prefix, drive);
    }
}
