using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Hsm.Following;
using Weir.Hsm.Live;

namespace Weir.Hsm.Maintenance;

/// <summary>Trims topics that a follower has read to their end: decides for all, then cuts one after another.</summary>
internal sealed class TopicTrimmer(IFeedEngine engine, ActionFollower follower, SourceStates sources)
{
    /// <param name="topics">The topics to trim; the decision looks at all that the follower knows.</param>
    /// <param name="staleTimeout">When an action that nobody tells of counts as gone; infinite: never.</param>
    /// <param name="now">The time to measure it by.</param>
    /// <param name="isDryRun">Whether to count only.</param>
    /// <param name="cancellationToken">Stops between topics.</param>
    /// <exception cref="FeedException">A topic could not be trimmed; those before it were.</exception>
    public async ValueTask<IReadOnlyList<TopicRound>> RunAsync(
        IReadOnlyCollection<FollowedTopic> topics, TimeSpan staleTimeout, DateTimeOffset now, bool isDryRun, CancellationToken cancellationToken)
    {
        var positions = new Dictionary<string, IReadOnlyList<ConsumerPosition>>(StringComparer.Ordinal);
        TopicHolders holders = await TopicHolders.ReadAsync(engine, cancellationToken);
        foreach (FollowedTopic topic in follower.Topics) positions[topic.Name] = await holders.OfAsync(topic.Name, cancellationToken);
        IReadOnlyList<TrimDecision> decisions = TrimPlanner.Decide(follower.Topics, new(staleTimeout, now, sources), sources, positions);
        var rounds = new List<TopicRound>();
        foreach ((FollowedTopic topic, TrimDecision decision) in follower.Topics.Zip(decisions))
        {
            if (topics.Contains(topic)) rounds.Add(await TrimAsync(topic, decision, isDryRun, cancellationToken));
        }

        return rounds;
    }

    private async ValueTask<TopicRound> TrimAsync(FollowedTopic topic, TrimDecision decision, bool isDryRun, CancellationToken cancellationToken)
    {
        if (await engine.DescribeAsync(topic.Name, cancellationToken) is not { } before) return new(decision, 0, 0);
        if (before.Count == 0 || decision.Below <= before.FirstId) return new(decision, 0, before.Count);
        long below = await CountBelowAsync(topic, decision.Below, cancellationToken);
        if (isDryRun) return new(decision, below, before.Count - below);
        await engine.TrimAsync(topic.Name, decision.Below, cancellationToken);
        topic.Counts.Trim(decision.Below, below);
        topic.AmbiguousPurges.Trim(decision.Below);
        foreach (MdtActions mdt in topic.Mdts) Forget(mdt, decision.Below);
        TopicInfo? after = await engine.DescribeAsync(topic.Name, cancellationToken);
        return new(decision, below, after?.Count ?? 0);
    }

    /// <summary>How many records of the topic lie below the id: those known to, and one page that is read again.</summary>
    private async ValueTask<long> CountBelowAsync(FollowedTopic topic, RecordId below, CancellationToken cancellationToken)
    {
        (RecordId last, long records) = topic.Counts.Floor(below);
        await using ITopicCursor cursor = engine.OpenCursor(topic.Name, last);
        while (await cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
            {
                if (record.Id >= below) return records;
                records++;
            }
        }

        return records;
    }

    /// <summary>Stale actions whose records are gone are known to nobody who reads from now on.</summary>
    private static void Forget(MdtActions mdt, RecordId below)
    {
        for (int slot = 0; slot < mdt.Entries.Slots; slot++)
        {
            ref readonly ActionEntry entry = ref mdt.Entries[slot];
            if ((entry.Flags & EntryFlags.InUse) != 0 && entry.LastState < below) mdt.Remove(slot);
        }
    }
}
