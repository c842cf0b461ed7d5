using System.Globalization;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>Where a request is, and why it does not run.</content>
public sealed partial class CoordinatorCore
{
    /// <summary>Where counting who is before a request ends; beyond it, an upper bound is given.</summary>
    private const int MostExplainedAhead = 100_000;

    /// <summary>The request of that key; null when it is not known.</summary>
    public RequestExplanation? Explain(in RequestKey key)
    {
        Begin();
        int slot = _store.Find(key);
        return slot == RequestStore.None ? null : Explain(slot);
    }

    /// <summary>Every request with that cookie, as cookies are unique in one MDT only. Looks at all requests.</summary>
    public IReadOnlyList<RequestExplanation> Explain(ulong cookie)
    {
        Begin();
        var found = new List<RequestExplanation>();
        for (int slot = 0; slot < _store.End; slot++)
        {
            if (_store.IsUsed(slot) && _store[slot].Cookie == cookie) found.Add(Explain(slot));
        }

        return found;
    }

    private RequestExplanation Explain(int slot)
    {
        ref RequestSlot request = ref _store[slot];
        ClassRules rules = _classes[request.Class];
        Line? line = request.Line;
        Place? place = line?.Lane.Group.Queue.Queue!.Place;
        int? ahead = line?.Ahead(_store, slot, MostExplainedAhead);
        Agent? agent = line is null ? _byNumber[request.Agent] : place!.Agent;
        return new()
        {
            Key = request.Key,
            Action = request.Action,
            ArchiveId = request.ArchiveId,
            State = request.State,
            AgentId = agent?.Id,
            Place = line is null ? "running" : place switch
            {
                { Slot: not null } => $"batch slot of agent {agent!.Id}",
                { Agent: not null } => $"queue of agent {agent!.Id}",
                _ => "queue of all agents",
            },
            Class = rules.Rules.Name,
            Share = rules.NameOf(rules.ShareOf(ref request)),
            Ahead = line is null ? null : ahead ?? line.Count - 1,
            IsAheadExact = line is null || ahead is not null,
            Accepted = DateTimeOffset.FromUnixTimeMilliseconds(request.AcceptedMs),
            Since = DateTimeOffset.FromUnixTimeMilliseconds(request.SinceMs),
            Requeues = request.Requeues,
            IsCancelled = request.Has(SlotMarks.Cancelled),
            IsStuck = request.Has(SlotMarks.Stuck),
            Reasons = line is null ? ReasonsOfRunning(agent!) : [.. ReasonsOfWaiting(slot, agent, place!, ahead ?? line.Count - 1)],
        };
    }

    private string[] ReasonsOfRunning(Agent agent) => agent.IsConnected
        ? []
        : [$"It runs at agent {agent.Id}, which is disconnected; in {Seconds(agent.GraceEnd - _now)} it is handed out anew."];

    private List<string> ReasonsOfWaiting(int slot, Agent? only, Place place, int ahead)
    {
        uint archive = _store[slot].ArchiveId;
        bool isRaw = _store[slot].Has(SlotMarks.RawData);
        var reasons = new List<string>();
        if (Lock != LockMode.Unlocked) reasons.Add("The coordinator is locked: nothing is handed out until it is unlocked.");
        if (ahead > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{ahead} requests are before it."));
        if (only is { IsConnected: false })
        {
            reasons.Add($"It is for agent {only.Id}, which is not connected; in {Seconds(only.GraceEnd - _now)} a place is looked for anew.");
            return reasons;
        }

        Agent[] servers = [.. (only is null ? _connected : [only]).Where(agent => agent.Serves(archive))];
        if (servers.Length == 0) reasons.Add(only is null ? $"No connected agent serves archive id {archive}." : $"Agent {only.Id}, which it is for, does not serve archive id {archive}.");
        else if (isRaw && !Array.Exists(servers, agent => agent.TakesRawData)) reasons.Add("Its data is not UTF-8, and no connected agent takes such data.");
        if (_rates is not null)
        {
            _rates.Now = _now;
            if (!_rates.Allow(archive)) reasons.Add($"Archive id {archive} has used up its rate.");
        }

        if (_options.Batches is not null && _store[slot].Action == HsmAction.Archive && place.Slot is null)
            reasons.Add("It waits for a free batch slot: all are kept for archives with other data.");
        foreach (Agent agent in servers) reasons.AddRange(WhyNot(agent, slot));
        return reasons;
    }

    private IEnumerable<string> WhyNot(Agent agent, int slot)
    {
        HsmAction action = _store[slot].Action;
        int bytes = CountedBytes(ref _store[slot]);
        if (agent.State == AgentState.Waiting && bytes > agent.Limits.MaxBytes)
            yield return string.Create(CultureInfo.InvariantCulture, $"Agent {agent.Id} takes lists of {agent.Limits.MaxBytes} bytes, and it counts {bytes}.");
        if (agent.State == AgentState.Ready) yield return $"Agent {agent.Id} has not asked for work since its last list.";
        long limit = agent.Limits.Of(action);
        if (agent.State == AgentState.Waiting && limit >= 0 && agent.RunningCounts.Of(action) >= limit)
            yield return string.Create(CultureInfo.InvariantCulture, $"Agent {agent.Id} runs as many of the kind as it wants: {agent.RunningCounts.Of(action)} of {limit}.");
        if (agent.BackOffEnd > _now) yield return $"Agent {agent.Id} left work unfinished and gets none for {Seconds(agent.BackOffEnd - _now)}.";
        if (agent.Rate is { } rate && !rate.HasToken(_now)) yield return $"Agent {agent.Id} has used up its rate.";
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0} s");
}
