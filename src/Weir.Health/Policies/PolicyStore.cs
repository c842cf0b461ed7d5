using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;

namespace Weir.Health.Policies;

/// <summary>
/// The policies, as their versions on <see cref="HealthTopics.Policies"/> make them: the last one of each counts, and none is ever changed. Whoever
/// changes one appends under the condition that nobody else has meanwhile, so that two who change a policy at once both count.
/// </summary>
public sealed class PolicyStore : IPolicies, IDisposable
{
    /// <summary>Tries again where somebody else was first; so often in a row that is not by chance.</summary>
    private const int MaxTries = 20;

    private readonly IFeedEngine _feed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PolicySlot<ScanPolicy> _scan = new(PolicyKind.Scan, ScanPolicyMembers.All);
    private readonly PolicySlot<HealPolicy> _heal = new(PolicyKind.Heal, HealPolicyMembers.All);
    private readonly PolicySlot<RetentionPolicy> _retention = new(PolicyKind.Retention, RetentionPolicyMembers.All);
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];

    /// <summary>One change or reading at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    private RecordId _position;

    private PolicyStore(IFeedEngine feed, TimeProvider time, ILogger logger)
    {
        _feed = feed;
        _time = time;
        _logger = logger;
    }

    public ScanPolicy Scan => _scan.Value;

    public HealPolicy Heal => _heal.Value;

    public RetentionPolicy Retention => _retention.Value;

    /// <summary>Reads the policies of a feed; defaults where it has none.</summary>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    public static async Task<PolicyStore> OpenAsync(IFeedEngine feed, TimeProvider time, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(time);
        var store = new PolicyStore(feed, time, logger ?? NullLogger.Instance);
        await store.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return store;
    }

    /// <summary>Takes over what other processes change, until it is cancelled. A feed that cannot be read is tried again.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        using IFeedWatch watch = _feed.Watch(HealthTopics.Policies);
        while (true)
        {
            try
            {
                await CatchUpAsync(cancellationToken).ConfigureAwait(false);
                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FeedException error)
            {
                HealthLog.PoliciesUnread(_logger, error.Message);
                await Task.Delay(FeedUnavailableException.RetryDelay, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public PolicyVersion Current(PolicyKind kind)
    {
        lock (_gate) return Slot(kind).Current;
    }

    public IReadOnlyList<PolicyVersion> History(PolicyKind kind, int limit)
    {
        lock (_gate) return Slot(kind).History(limit);
    }

    public async Task<PolicyChange> PutAsync(PolicyKind kind, JsonElement changes, string caller, bool isDryRun, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (isDryRun) return Preview(kind, changes).Change;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                (PolicyChange change, ReadOnlyMemory<byte> json) = Preview(kind, changes);
                if (change.Members.Count == 0) return change;
                var version = new PolicyVersion(change.Version.Number + 1, _time.GetUtcNow(), caller, json);
                var batch = new RecordBatch();
                PolicyRecord.Add(batch, kind, version);
                if (batch.SizeBytes > FeedDocument.MaxBytes) throw new HealthException(HealthProblem.Invalid, "policy_too_large", $"The {PolicyRecord.NameOf(kind)} policy would have {json.Length} bytes; it may have {FeedDocument.MaxBytes}.");
                try
                {
                    await _feed.AppendAsync(HealthTopics.Policies, batch, new(ExpectedLastId: _position), cancellationToken).ConfigureAwait(false);
                    await ReadAsync(cancellationToken).ConfigureAwait(false);
                    return change with { Version = Current(kind) };
                }
                catch (LastIdMismatchException) when (attempt < MaxTries)
                {
                    await ReadAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (FeedException error)
        {
            throw new HealthException(HealthProblem.Unavailable, "feed_unavailable", $"The {PolicyRecord.NameOf(kind)} policy was not changed: {error.Message}");
        }
        finally
        {
            _turn.Release();
        }
    }

    public IDisposable Subscribe(Action<PolicyKind> changed)
    {
        var subscription = new Subscription(this, changed);
        lock (_gate) _subscriptions.Add(subscription);
        return subscription;
    }

    public void Write(PolicyKind kind, Utf8JsonWriter json) => json.WriteRawValue(Current(kind).Json.Span);

    public void Dispose() => _turn.Dispose();

    private (PolicyChange Change, ReadOnlyMemory<byte> Json) Preview(PolicyKind kind, JsonElement changes)
    {
        lock (_gate)
        {
            PolicySlot slot = Slot(kind);
            (ReadOnlyMemory<byte> json, IReadOnlyList<(string, string, string)> members) = slot.Preview(changes);
            return (new(slot.Current, members), json);
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes in what the topic has more. In one's turn alone.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var changed = new HashSet<PolicyKind>();
        await using (ITopicCursor cursor = _feed.OpenCursor(HealthTopics.Policies, _position))
        {
            while (true)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty) break;
                foreach (RecordView record in page) Take(record, changed);
                _position = cursor.Position;
            }
        }

        foreach (PolicyKind kind in changed) Tell(kind);
    }

    private void Take(RecordView record, HashSet<PolicyKind> changed)
    {
        if (PolicyRecord.TryRead(record) is not { } read)
        {
            HealthLog.PolicyUnusable(_logger, record.Id, "it cannot be understood");
            return;
        }

        using (read.Data)
        {
            IReadOnlyList<string> problems;
            lock (_gate)
            {
                PolicySlot slot = Slot(read.Kind);
                // A batch that was appended twice, by an engine that did not know whether it had been.
                if (read.Version.Number <= slot.Current.Number) return;
                problems = slot.Take(read.Version, read.Data.RootElement.GetProperty("settings"));
            }

            if (problems.Count > 0) HealthLog.PolicyUnusable(_logger, record.Id, string.Join("; ", problems));
            changed.Add(read.Kind);
        }
    }

    private void Tell(PolicyKind kind)
    {
        Subscription[] subscriptions;
        lock (_gate) subscriptions = [.. _subscriptions];
        foreach (Subscription subscription in subscriptions) subscription.Changed(kind);
    }

    private PolicySlot Slot(PolicyKind kind) => kind switch
    {
        PolicyKind.Scan => _scan,
        PolicyKind.Heal => _heal,
        PolicyKind.Retention => _retention,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private sealed class Subscription(PolicyStore store, Action<PolicyKind> changed) : IDisposable
    {
        public Action<PolicyKind> Changed => changed;

        public void Dispose()
        {
            lock (store._gate) store._subscriptions.Remove(this);
        }
    }
}
