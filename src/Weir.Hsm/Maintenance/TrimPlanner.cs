using Weir.Feed;
using Weir.Hsm.Following;
using Weir.Hsm.Live;

namespace Weir.Hsm.Maintenance;

/// <summary>
/// Decides how far topics may be trimmed so that a replay of what is left gives the same live actions with the same fields: to the oldest
/// record from which on a live action's state is told, and no further than any consumer has acknowledged.
/// </summary>
internal static class TrimPlanner
{
    /// <summary>One decision per topic, in their order.</summary>
    /// <param name="topics">The topics and what is known of them; each read to its end.</param>
    /// <param name="rule">Which actions hold nothing back.</param>
    /// <param name="sources">Which MDTs have no file.</param>
    /// <param name="positions">For each topic where its consumers are.</param>
    public static IReadOnlyList<TrimDecision> Decide(
        IReadOnlyCollection<FollowedTopic> topics, StaleRule rule, SourceStates sources, IReadOnlyDictionary<string, IReadOnlyList<ConsumerPosition>> positions)
    {
        var surveys = new Dictionary<MdtActions, MdtSurvey>();
        foreach (MdtActions mdt in topics.SelectMany(topic => topic.Mdts)) surveys.TryAdd(mdt, MdtSurvey.Take(mdt, rule.OldestFor(mdt)));
        var decisions = new Dictionary<FollowedTopic, TrimDecision>();
        foreach (List<FollowedTopic> group in Group(topics))
        {
            // Topics that tell of the same MDT are cut at one place: a NEW must not outlive its PURGED in another topic.
            TrimDecision lowest = group.Select(topic => Decide(topic, surveys, positions)).MinBy(decision => decision.Below)!;
            RecordId below = group.Aggregate(lowest.Below, (place, _) => group.Aggregate(place, (at, topic) => topic.AmbiguousPurges.Lower(at)));
            if (below < lowest.Below) lowest = lowest with { Below = below, Hold = TrimHold.AmbiguousPurge, Action = null, Consumer = null };
            foreach (FollowedTopic topic in group) decisions[topic] = Describe(topic, lowest, surveys, sources);
        }

        return [.. topics.Select(topic => decisions[topic])];
    }

    /// <summary>What one topic's own actions and consumers allow.</summary>
    private static TrimDecision Decide(
        FollowedTopic topic, Dictionary<MdtActions, MdtSurvey> surveys, IReadOnlyDictionary<string, IReadOnlyList<ConsumerPosition>> positions)
    {
        var decision = new TrimDecision { Topic = topic.Name, Below = RecordId.Max, Hold = TrimHold.Nothing };
        foreach (MdtActions mdt in topic.Mdts)
        {
            MdtSurvey survey = surveys[mdt];
            if (survey.OldestSlot < 0 || survey.Oldest >= decision.Below) continue;
            decision = decision with { Below = survey.Oldest, Hold = TrimHold.LiveAction, Action = ActionExample.Of(new(mdt, survey.OldestSlot)) };
        }

        foreach (ConsumerPosition consumer in positions.GetValueOrDefault(topic.Name, []))
        {
            RecordId needed = After(consumer.Position);
            if (needed < decision.Below) decision = decision with { Below = needed, Hold = TrimHold.Consumer, Action = null, Consumer = consumer.Consumer };
        }

        return decision;
    }

    private static TrimDecision Describe(
        FollowedTopic topic, TrimDecision group, Dictionary<MdtActions, MdtSurvey> surveys, SourceStates sources)
    {
        MdtSurvey[] own = [.. topic.Mdts.Select(mdt => surveys[mdt])];
        RecordId end = After(topic.Position);
        return group with
        {
            Topic = topic.Name,
            Below = group.Below < end ? group.Below : end,
            Live = own.Sum(survey => survey.Live),
            Stale = own.Sum(survey => survey.Stale),
            StaleExamples = [.. own.SelectMany(survey => survey.StaleExamples).Take(MdtSurvey.MaxExamples)],
            LostMdts = [.. topic.Mdts.Select(mdt => mdt.Name.Text).Where(sources.IsLost).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Topics that are connected by MDTs they both tell of.</summary>
    private static List<List<FollowedTopic>> Group(IReadOnlyCollection<FollowedTopic> topics)
    {
        var groups = new List<List<FollowedTopic>>();
        foreach (FollowedTopic topic in topics)
        {
            var mdts = new HashSet<MdtActions>(topic.Mdts);
            List<List<FollowedTopic>> touching = groups.FindAll(group => group.Exists(other => other.Mdts.Any(mdts.Contains)));
            groups.RemoveAll(touching.Contains);
            groups.Add([.. touching.SelectMany(group => group), topic]);
        }

        return groups;
    }

    private static RecordId After(RecordId id) => id == RecordId.Max ? id : id.Next();
}
