using System.Text.Json;

namespace Weir.Health.Policies;

/// <summary>One policy: its value in force, and its versions.</summary>
internal abstract class PolicySlot
{
    /// <summary>Versions that are remembered.</summary>
    private const int MaxVersions = 1000;

    private readonly List<PolicyVersion> _versions = [];

    public abstract PolicyKind Kind { get; }

    /// <summary>The version in force.</summary>
    public PolicyVersion Current => _versions[^1];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<PolicyVersion> History(int limit) => [.. _versions.AsEnumerable().Reverse().Take(Math.Max(0, limit))];

    /// <summary>What a change would come to.</summary>
    /// <exception cref="HealthException">It makes no sense.</exception>
    public abstract (ReadOnlyMemory<byte> Json, IReadOnlyList<(string Name, string Before, string After)> Members) Preview(JsonElement changes);

    /// <summary>Puts a version in force; gives what of it could not be understood.</summary>
    public abstract IReadOnlyList<string> Take(PolicyVersion version, JsonElement settings);

    protected void Add(PolicyVersion version)
    {
        if (_versions.Count >= MaxVersions) _versions.RemoveAt(0);
        _versions.Add(version);
    }
}

/// <summary>One policy, typed.</summary>
internal sealed class PolicySlot<T> : PolicySlot
    where T : class, new()
{
    private readonly IReadOnlyList<PolicyMember<T>> _members;
    private readonly T _defaults = new();
    private T _value;

    public PolicySlot(PolicyKind kind, IReadOnlyList<PolicyMember<T>> members)
    {
        Kind = kind;
        _members = members;
        _value = _defaults;
        Add(new(0, null, null, PolicyDocument.Write(members, _defaults)));
    }

    public override PolicyKind Kind { get; }

    public T Value => Volatile.Read(ref _value);

    public override (ReadOnlyMemory<byte> Json, IReadOnlyList<(string Name, string Before, string After)> Members) Preview(JsonElement changes)
    {
        T after = PolicyDocument.Apply(_members, PolicyRecord.NameOf(Kind), Value, _defaults, changes);
        return (PolicyDocument.Write(_members, after), PolicyDocument.Differences(_members, Value, after));
    }

    public override IReadOnlyList<string> Take(PolicyVersion version, JsonElement settings)
    {
        var problems = new List<string>();
        T value = PolicyDocument.Read(_members, _defaults, settings, problems);
        Volatile.Write(ref _value, value);
        Add(version with { Json = PolicyDocument.Write(_members, value) });
        return problems;
    }
}
