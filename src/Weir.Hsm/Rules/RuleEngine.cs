using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Lustre;

namespace Weir.Hsm.Rules;

/// <summary>Decides which rules apply, from events as they come and from the live actions as time passes. Not thread-safe.</summary>
internal sealed class RuleEngine(IReadOnlyList<ActionRule> rules, TimeProvider time)
{
    /// <summary>So many subjects are remembered for the repeat interval; beyond it the oldest are forgotten and may repeat.</summary>
    private const int MaxSubjects = 100_000;

    private readonly Dictionary<(ActionRule Rule, string Subject), DateTimeOffset> _told = [];
    private readonly Dictionary<(ActionRule Rule, string Mdt), Queue<DateTimeOffset>> _comings = [];

    /// <summary>An event that is news: not one of a replay.</summary>
    public IEnumerable<RuleHit> Take(HsmEventType type, LiveChange change, LiveAction action)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool isNew = change == LiveChange.Added;
        bool isFailed = action.Status == HsmStatus.Failed && (isNew || change == LiveChange.Updated) && type is HsmEventType.New or HsmEventType.Update;
        foreach (ActionRule rule in rules)
        {
            if (!Concerns(rule, action)) continue;
            if (rule.On == RuleTrigger.Failed && isFailed && IsDue(rule, SubjectOf(action), now)) yield return HitOf(rule, action, now);
            if (rule.On == RuleTrigger.Burst && isNew && CountComing(rule, action.Mdt, now) is { } burst) yield return burst;
        }
    }

    /// <summary>What has become true by time passing.</summary>
    public IEnumerable<RuleHit> Check(LiveActions live)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (ActionRule rule in rules)
        {
            if (rule.On != RuleTrigger.Stuck) continue;
            foreach (MdtActions mdt in live.Mdts)
            {
                foreach (LiveAction action in mdt)
                {
                    if (action.Status != HsmStatus.Started || now - action.StatusSince < rule.For || !Concerns(rule, action)) continue;
                    if (IsDue(rule, SubjectOf(action), now)) yield return HitOf(rule, action, now);
                }
            }
        }
    }

    private static bool Concerns(ActionRule rule, LiveAction action) =>
        (rule.Actions.Count == 0 || rule.Actions.Contains(action.Action)) && (rule.Mdts.Count == 0 || rule.Mdts.Contains(action.Mdt));

    private static string SubjectOf(LiveAction action) => $"{action.Mdt}/{action.Fid}/{action.ActionText}/{action.Cookie}";

    private static RuleHit HitOf(ActionRule rule, LiveAction action, DateTimeOffset now) => new(
        rule, now, action.Mdt, SubjectOf(action), action.Fid, action.ActionText, action.StatusText, action.Cookie, action.StatusSince, 1);

    /// <summary>Counts an action that came; a hit when that makes a burst. No more moments are kept than make one.</summary>
    private RuleHit? CountComing(ActionRule rule, string mdt, DateTimeOffset now)
    {
        if (!_comings.TryGetValue((rule, mdt), out Queue<DateTimeOffset>? comings)) _comings.Add((rule, mdt), comings = new());
        comings.Enqueue(now);
        while (comings.Count > rule.Count || now - comings.Peek() > rule.Within) comings.Dequeue();
        return comings.Count == rule.Count && IsDue(rule, mdt, now) ? new(rule, now, mdt, mdt, "", "", "", null, comings.Peek(), comings.Count) : null;
    }

    private bool IsDue(ActionRule rule, string subject, DateTimeOffset now)
    {
        if (_told.TryGetValue((rule, subject), out DateTimeOffset last) && now - last < rule.Every) return false;
        if (_told.Count >= MaxSubjects) Forget(now);
        _told[(rule, subject)] = now;
        return true;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (((ActionRule Rule, string Subject) key, DateTimeOffset last) in _told)
        {
            if (now - last >= key.Rule.Every) _told.Remove(key);
        }

        if (_told.Count >= MaxSubjects) _told.Clear();
    }
}
