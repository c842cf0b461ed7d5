using System.Text.Json;

namespace Weir.Health.Policies;

/// <summary>The JSON of <see cref="HealPolicy"/>.</summary>
internal static class HealPolicyMembers
{
    private const int MostClasses = 256, MostGlobs = 1000, MostName = 255;

    public static IReadOnlyList<PolicyMember<HealPolicy>> All { get; } =
    [
        new("max_concurrent_heals",
            (policy, value) => policy with { MaxConcurrentHeals = PolicyValue.Whole(value, 1, 1024) },
            (policy, from) => policy with { MaxConcurrentHeals = from.MaxConcurrentHeals },
            (policy, json) => json.WriteNumberValue(policy.MaxConcurrentHeals)),
        new("max_concurrent_per_set",
            (policy, value) => policy with { MaxConcurrentPerSet = PolicyValue.Whole(value, 1, 1024) },
            (policy, from) => policy with { MaxConcurrentPerSet = from.MaxConcurrentPerSet },
            (policy, json) => json.WriteNumberValue(policy.MaxConcurrentPerSet)),
        new("emergency_heal_timeout",
            (policy, value) => policy with { EmergencyHealTimeout = PolicyValue.Duration(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)) },
            (policy, from) => policy with { EmergencyHealTimeout = from.EmergencyHealTimeout },
            (policy, json) => json.WriteStringValue(DurationText.Format(policy.EmergencyHealTimeout))),
        new("auto_heal_enabled",
            (policy, value) => policy with { AutoHealEnabled = PolicyValue.Bool(value) },
            (policy, from) => policy with { AutoHealEnabled = from.AutoHealEnabled },
            (policy, json) => json.WriteBooleanValue(policy.AutoHealEnabled)),
        new("heal_verification_required",
            (policy, value) => policy with { HealVerificationRequired = PolicyValue.Bool(value) },
            (policy, from) => policy with { HealVerificationRequired = from.HealVerificationRequired },
            (policy, json) => json.WriteBooleanValue(policy.HealVerificationRequired)),
        new("queue_capacity",
            (policy, value) => policy with { QueueCapacity = PolicyValue.Whole(value, 1, 10_000_000) },
            (policy, from) => policy with { QueueCapacity = from.QueueCapacity },
            (policy, json) => json.WriteNumberValue(policy.QueueCapacity)),
        new("ageing_interval",
            (policy, value) => policy with { AgeingInterval = PolicyValue.Duration(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)) },
            (policy, from) => policy with { AgeingInterval = from.AgeingInterval },
            (policy, json) => json.WriteStringValue(DurationText.Format(policy.AgeingInterval))),
        new("bucket_classes",
            (policy, value) => policy with { BucketClasses = PolicyValue.Map(value, MostClasses, MostName, globs => PolicyValue.Texts(globs, MostGlobs, MostName)) },
            (policy, from) => policy with { BucketClasses = from.BucketClasses },
            (policy, json) => WriteClasses(json, policy.BucketClasses)),
        new("priority_mapping",
            (policy, value) => policy with { PriorityMapping = PolicyValue.Map(value, MostClasses, MostName, PolicyValue.Name<HealthPriority>) },
            (policy, from) => policy with { PriorityMapping = from.PriorityMapping },
            (policy, json) => WriteMapping(json, policy.PriorityMapping)),
    ];

    private static void WriteClasses(Utf8JsonWriter json, IReadOnlyDictionary<string, IReadOnlyList<string>> classes)
    {
        json.WriteStartObject();
        foreach ((string name, IReadOnlyList<string> globs) in classes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteStartArray(name);
            foreach (string glob in globs) json.WriteStringValue(glob);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteMapping(Utf8JsonWriter json, IReadOnlyDictionary<string, HealthPriority> mapping)
    {
        json.WriteStartObject();
        foreach ((string name, HealthPriority priority) in mapping.OrderBy(entry => entry.Key, StringComparer.Ordinal)) json.WriteString(name, priority.ToString());
        json.WriteEndObject();
    }
}
