using System.Text.Json;

namespace Weir.Health.Policies;

/// <summary>Which policy.</summary>
public enum PolicyKind
{
    Scan,
    Heal,
    Retention,
}

/// <summary>The policies in force, and the way to change them. Every member is safe to call from many threads.</summary>
public interface IPolicies
{
    ScanPolicy Scan { get; }

    HealPolicy Heal { get; }

    RetentionPolicy Retention { get; }

    /// <summary>The version in force.</summary>
    PolicyVersion Current(PolicyKind kind);

    /// <summary>The versions, newest first.</summary>
    IReadOnlyList<PolicyVersion> History(PolicyKind kind, int limit);

    /// <summary>Changes the members that are given, and leaves the others; null sets one to its default. In force and durable when this returns.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="changes">A JSON object.</param>
    /// <param name="caller">Who, for the history.</param>
    /// <param name="isDryRun">Says what would change, and changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HealthException">A member is unknown or its value makes no sense: the message names it.</exception>
    Task<PolicyChange> PutAsync(PolicyKind kind, JsonElement changes, string caller, bool isDryRun, CancellationToken cancellationToken = default);

    /// <summary>Calls whenever a policy changed; disposing ends it.</summary>
    IDisposable Subscribe(Action<PolicyKind> changed);

    /// <summary>Writes a policy in force as a JSON object.</summary>
    void Write(PolicyKind kind, Utf8JsonWriter json);
}

/// <summary>A version of a policy.</summary>
/// <param name="Number">From 1; 0 is the defaults.</param>
/// <param name="ChangedAt">When; null for the defaults.</param>
/// <param name="ChangedBy">By whom; null for the defaults.</param>
/// <param name="Json">The whole policy, as JSON.</param>
public sealed record PolicyVersion(long Number, DateTimeOffset? ChangedAt, string? ChangedBy, ReadOnlyMemory<byte> Json);

/// <summary>What a change comes to.</summary>
/// <param name="Version">The version after it; of a dry run the one in force.</param>
/// <param name="Members">The members that differ: name, value before and after as JSON.</param>
public sealed record PolicyChange(PolicyVersion Version, IReadOnlyList<(string Name, string Before, string After)> Members);
