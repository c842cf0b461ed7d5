using System.Text.Json;
using Weir.Health.Policies;

namespace Weir.Health.Tests;

/// <summary>Policies that a test sets.</summary>
internal sealed class FixedPolicies : IPolicies
{
    private readonly List<Action<PolicyKind>> _subscribers = [];
    private ScanPolicy _scan = new() { DefaultScanInterval = null, BacksOff = false };

    public ScanPolicy Scan
    {
        get => _scan;
        set
        {
            _scan = value;
            foreach (Action<PolicyKind> subscriber in _subscribers) subscriber(PolicyKind.Scan);
        }
    }

    public HealPolicy Heal { get; set; } = new();

    public RetentionPolicy Retention { get; set; } = new();

    public PolicyVersion Current(PolicyKind kind) => throw new NotSupportedException();

    public IReadOnlyList<PolicyVersion> History(PolicyKind kind, int limit) => throw new NotSupportedException();

    public Task<PolicyChange> PutAsync(PolicyKind kind, JsonElement changes, string caller, bool isDryRun, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IDisposable Subscribe(Action<PolicyKind> changed)
    {
        _subscribers.Add(changed);
        return new TemporaryNothing();
    }

    public void Write(PolicyKind kind, Utf8JsonWriter json) => throw new NotSupportedException();

    private sealed class TemporaryNothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
