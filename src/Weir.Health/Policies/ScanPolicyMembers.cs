using System.Globalization;
using System.Text.Json;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Policies;

/// <summary>The JSON of <see cref="ScanPolicy"/>.</summary>
internal static class ScanPolicyMembers
{
    private const string Off = "off";

    private const double MostRate = 1e9;

    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1), MostInterval = TimeSpan.FromDays(3650);

    public static IReadOnlyList<PolicyMember<ScanPolicy>> All { get; } =
    [
        new("default_scan_interval",
            (policy, value) => policy with { DefaultScanInterval = IsOff(value) ? null : PolicyValue.Duration(value, LeastInterval, MostInterval) },
            (policy, from) => policy with { DefaultScanInterval = from.DefaultScanInterval },
            (policy, json) => json.WriteStringValue(policy.DefaultScanInterval is { } interval ? DurationText.Format(interval) : Off)),
        new("default_scan_mode",
            (policy, value) => policy with { DefaultScanMode = PolicyValue.Name<VerifyMode>(value) },
            (policy, from) => policy with { DefaultScanMode = from.DefaultScanMode },
            (policy, json) => json.WriteStringValue(policy.DefaultScanMode.ToString())),
        new("jitter",
            (policy, value) => policy with { Jitter = PolicyValue.Number(value, 0, 1) },
            (policy, from) => policy with { Jitter = from.Jitter },
            (policy, json) => json.WriteNumberValue(policy.Jitter)),
        new("deep_scan_probability",
            (policy, value) => policy with { DeepScanProbability = PolicyValue.Number(value, 0, 1) },
            (policy, from) => policy with { DeepScanProbability = from.DeepScanProbability },
            (policy, json) => json.WriteNumberValue(policy.DeepScanProbability)),
        new("bandwidth_limit_mbps",
            (policy, value) => policy with { BandwidthLimitMbps = Rate(value) },
            (policy, from) => policy with { BandwidthLimitMbps = from.BandwidthLimitMbps },
            (policy, json) => Write(json, policy.BandwidthLimitMbps)),
        new("total_bandwidth_limit_mbps",
            (policy, value) => policy with { TotalBandwidthLimitMbps = Rate(value) },
            (policy, from) => policy with { TotalBandwidthLimitMbps = from.TotalBandwidthLimitMbps },
            (policy, json) => Write(json, policy.TotalBandwidthLimitMbps)),
        new("iops_limit",
            (policy, value) => policy with { IopsLimit = Rate(value) },
            (policy, from) => policy with { IopsLimit = from.IopsLimit },
            (policy, json) => Write(json, policy.IopsLimit)),
        new("objects_per_second_limit",
            (policy, value) => policy with { ObjectsPerSecondLimit = Rate(value) },
            (policy, from) => policy with { ObjectsPerSecondLimit = from.ObjectsPerSecondLimit },
            (policy, json) => Write(json, policy.ObjectsPerSecondLimit)),
        new("concurrent_scanners",
            (policy, value) => policy with { ConcurrentScanners = PolicyValue.Whole(value, 1, 64) },
            (policy, from) => policy with { ConcurrentScanners = from.ConcurrentScanners },
            (policy, json) => json.WriteNumberValue(policy.ConcurrentScanners)),
        new("drive_concurrency",
            (policy, value) => policy with { DriveConcurrency = PolicyValue.Whole(value, 1, 64) },
            (policy, from) => policy with { DriveConcurrency = from.DriveConcurrency },
            (policy, json) => json.WriteNumberValue(policy.DriveConcurrency)),
        new("backs_off",
            (policy, value) => policy with { BacksOff = PolicyValue.Bool(value) },
            (policy, from) => policy with { BacksOff = from.BacksOff },
            (policy, json) => json.WriteBooleanValue(policy.BacksOff)),
        new("skip_system_objects",
            (policy, value) => policy with { SkipSystemObjects = PolicyValue.Bool(value) },
            (policy, from) => policy with { SkipSystemObjects = from.SkipSystemObjects },
            (policy, json) => json.WriteBooleanValue(policy.SkipSystemObjects)),
        new("priority_buckets",
            (policy, value) => policy with { PriorityBuckets = PolicyValue.Texts(value, 1000, 255) },
            (policy, from) => policy with { PriorityBuckets = from.PriorityBuckets },
            (policy, json) => Write(json, policy.PriorityBuckets)),
        new("windows",
            (policy, value) => policy with { Windows = Windows(value) },
            (policy, from) => policy with { Windows = from.Windows },
            (policy, json) => Write(json, policy.Windows)),
    ];

    private static bool IsOff(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals(Off);

    private static double Rate(JsonElement value) => PolicyValue.Number(value, 0.001, MostRate);

    private static List<ScanWindow> Windows(JsonElement value)
    {
        const string expected = "an array of at most 64 windows such as {\"days\":[\"Saturday\"],\"from\":\"22:00\",\"to\":\"06:00\"}";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 64) throw PolicyValue.Not(value, expected);
        var windows = new List<ScanWindow>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) throw PolicyValue.Not(item, expected);
            IReadOnlyList<DayOfWeek> days = [];
            TimeOnly? from = null, to = null;
            foreach (JsonProperty member in item.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "days" when member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() <= 7:
                        days = [.. member.Value.EnumerateArray().Select(PolicyValue.Name<DayOfWeek>).Distinct().Order()];
                        break;
                    case "from":
                        from = Time(member.Value);
                        break;
                    case "to":
                        to = Time(member.Value);
                        break;
                    default:
                        throw PolicyValue.Not(item, expected);
                }
            }

            if (from is not { } begin || to is not { } end) throw PolicyValue.Not(item, expected);
            windows.Add(new(days, begin, end));
        }

        return windows;
    }

    private static TimeOnly Time(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && TimeOnly.TryParseExact(value.GetString(), ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)
            ? time
            : throw PolicyValue.Not(value, "a time of day such as 22:00");

    private static void Write(Utf8JsonWriter json, double? rate)
    {
        if (rate is { } number) json.WriteNumberValue(number);
        else json.WriteNullValue();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<ScanWindow> windows)
    {
        json.WriteStartArray();
        foreach (ScanWindow window in windows)
        {
            json.WriteStartObject();
            json.WriteStartArray("days");
            foreach (DayOfWeek day in window.Days) json.WriteStringValue(day.ToString());
            json.WriteEndArray();
            json.WriteString("from", Text(window.From));
            json.WriteString("to", Text(window.To));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Text(TimeOnly time) => time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
}
