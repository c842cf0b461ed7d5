using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Weir.Health.Policies;

/// <summary>A policy as its JSON object: reads changes, tells the difference, writes the whole.</summary>
internal static class PolicyDocument
{
    /// <summary>The policy with the members that are given; null sets one to its default.</summary>
    /// <exception cref="HealthException">A member is unknown, is given twice, or its value makes no sense.</exception>
    public static T Apply<T>(IReadOnlyList<PolicyMember<T>> members, string name, T policy, T defaults, JsonElement changes)
    {
        if (changes.ValueKind != JsonValueKind.Object) throw Invalid("invalid_policy", $"A policy is a JSON object; {changes.ValueKind} was given.");
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty change in changes.EnumerateObject())
        {
            if (!given.Add(change.Name)) throw Invalid("invalid_value", $"'{change.Name}' is given twice.");
            policy = Find(members, change.Name) is { } member
                ? ApplyOne(member, policy, defaults, change)
                : throw Invalid("unknown_field", $"The {name} policy has no member '{Shorten(change.Name)}'. It has: {string.Join(", ", members.Select(known => known.Name))}.");
        }

        return policy;
    }

    /// <summary>A policy from a record: what cannot be understood is left at its default, and named.</summary>
    public static T Read<T>(IReadOnlyList<PolicyMember<T>> members, T defaults, JsonElement settings, List<string> problems)
    {
        T policy = defaults;
        if (settings.ValueKind != JsonValueKind.Object) return policy;
        foreach (JsonProperty setting in settings.EnumerateObject())
        {
            if (Find(members, setting.Name) is not { } member)
            {
                problems.Add($"'{Shorten(setting.Name)}' is unknown");
                continue;
            }

            try
            {
                policy = ApplyOne(member, policy, defaults, setting);
            }
            catch (HealthException error)
            {
                problems.Add(error.Message);
            }
        }

        return policy;
    }

    public static ReadOnlyMemory<byte> Write<T>(IReadOnlyList<PolicyMember<T>> members, T policy)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (PolicyMember<T> member in members)
            {
                json.WritePropertyName(member.Name);
                member.Write(policy, json);
            }

            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    /// <summary>The members that differ, with both values as JSON.</summary>
    public static IReadOnlyList<(string Name, string Before, string After)> Differences<T>(IReadOnlyList<PolicyMember<T>> members, T before, T after)
    {
        var differing = new List<(string, string, string)>();
        foreach (PolicyMember<T> member in members)
        {
            string old = Text(member, before), now = Text(member, after);
            if (old != now) differing.Add((member.Name, old, now));
        }

        return differing;
    }

    private static T ApplyOne<T>(PolicyMember<T> member, T policy, T defaults, JsonProperty change)
    {
        if (change.Value.ValueKind == JsonValueKind.Null) return member.Reset(policy, defaults);
        try
        {
            return member.Read(policy, change.Value);
        }
        catch (PolicyValueException error)
        {
            throw Invalid("invalid_value", member.Name + error.Message);
        }
    }

    private static PolicyMember<T>? Find<T>(IReadOnlyList<PolicyMember<T>> members, string name) => members.FirstOrDefault(member => member.Name == name);

    private static string Text<T>(PolicyMember<T> member, T policy)
    {
        var bytes = new ArrayBufferWriter<byte>(64);
        using (var json = new Utf8JsonWriter(bytes)) member.Write(policy, json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";

    private static HealthException Invalid(string code, string message) => new(HealthProblem.Invalid, code, message);
}
