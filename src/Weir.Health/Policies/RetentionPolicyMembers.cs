using System.Text.Json;

namespace Weir.Health.Policies;

/// <summary>The JSON of <see cref="RetentionPolicy"/>.</summary>
internal static class RetentionPolicyMembers
{
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1), Most = TimeSpan.FromDays(36500);

    public static IReadOnlyList<PolicyMember<RetentionPolicy>> All { get; } =
    [
        new("metrics",
            (policy, value) => policy with { Metrics = PolicyValue.Duration(value, Least, TimeSpan.FromHours(24)) },
            (policy, from) => policy with { Metrics = from.Metrics },
            (policy, json) => json.WriteStringValue(DurationText.Format(policy.Metrics))),
        new("issues",
            (policy, value) => policy with { Issues = PolicyValue.Duration(value, Least, Most) },
            (policy, from) => policy with { Issues = from.Issues },
            (policy, json) => json.WriteStringValue(DurationText.Format(policy.Issues))),
        new("reports",
            (policy, value) => policy with { Reports = PolicyValue.Duration(value, Least, Most) },
            (policy, from) => policy with { Reports = from.Reports },
            (policy, json) => json.WriteStringValue(DurationText.Format(policy.Reports))),
        new("quarantine",
            (policy, value) => policy with { Quarantine = PolicyValue.Duration(value, Least, Most) },
            (policy, from) => policy with { Quarantine = from.Quarantine },
            (policy, json) => WriteOrNull(json, policy.Quarantine)),
    ];

    private static void WriteOrNull(Utf8JsonWriter json, TimeSpan? duration)
    {
        if (duration is { } time) json.WriteStringValue(DurationText.Format(time));
        else json.WriteNullValue();
    }
}
