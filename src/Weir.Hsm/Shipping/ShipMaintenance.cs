using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Following;
using Weir.Hsm.Live;
using Weir.Hsm.Maintenance;
using Weir.Lustre;

namespace Weir.Hsm.Shipping;

/// <summary>
/// The maintenance that the second generation of the Python tools does in its shipper: reads the topics whole, holds them against what the
/// last poll saw in the files, purges what is in no file, and trims. Only MDTs that this shipper reads are judged.
/// </summary>
internal sealed class ShipMaintenance(ShipperOptions options, IFeedEngine engine, ShipState state, ILogger logger)
{
    /// <summary>So many purges go into one append.</summary>
    private const int BatchEvents = 1000;

    /// <exception cref="FeedException">The feed cannot be used.</exception>
    public async Task<MaintenanceReport> RunAsync(CancellationToken cancellationToken)
    {
        await using var follower = new ActionFollower(engine, options.Prefix);
        await using var sources = new SourceStates(engine);
        await follower.CatchUpAsync(cancellationToken);
        await sources.CatchUpAsync(cancellationToken);
        long orphans = 0;
        long missing = 0;
        foreach (MdtSource mdt in state.Mdts)
        {
            if (!mdt.IsOurs || mdt.IsMissing || mdt.Topic.Phase == TopicPhase.Ahead) continue;
            MdtActions? told = follower.Live.Find(mdt.Name.Text);
            orphans += told is null ? 0 : await PurgeAsync(mdt, told, cancellationToken);
            long lost = CountMissing(mdt, told);
            missing += lost;
            if (lost == 0) continue;
            ShipLog.MissingFound(logger, mdt.Topic.Name, mdt.Name.Text, lost);
            state.Restore(null, mdt.Topic);
        }

        // What was just purged is to be known before anything is decided.
        if (orphans > 0) await follower.CatchUpAsync(cancellationToken);
        FollowedTopic[] ours = [.. follower.Topics.Where(topic => state.Topics.Any(own => own.Name == topic.Name))];
        var trimmer = new TopicTrimmer(engine, follower, sources);
        DateTimeOffset now = options.Time.GetUtcNow();
        return new(orphans, missing, await trimmer.RunAsync(ours, Timeout.InfiniteTimeSpan, now, isDryRun: false, cancellationToken));
    }

    /// <summary>Purges what the topic tells of and the files do not have.</summary>
    private async ValueTask<long> PurgeAsync(MdtSource mdt, MdtActions told, CancellationToken cancellationToken)
    {
        var orphans = new List<int>();
        for (int slot = 0; slot < told.Entries.Slots; slot++)
        {
            if ((told.Entries[slot].Flags & EntryFlags.InUse) != 0 && !Has(mdt.Actions, told.Entries[slot])) orphans.Add(slot);
        }

        if (orphans.Count == 0) return 0;
        ShipLog.OrphansPurged(logger, mdt.Topic.Name, mdt.Name.Text, orphans.Count);
        var batch = new RecordBatch();
        RecordId last = (await engine.DescribeAsync(mdt.Topic.Name, cancellationToken))?.LastId ?? RecordId.Zero;
        foreach (int[] some in orphans.Chunk(BatchEvents))
        {
            batch.Clear();
            RecordId before = last;
            foreach (int slot in some)
            {
                RecordId now = RecordId.AtTime(options.Time.GetUtcNow());
                last = now > last ? now : last.Next();
                Write(batch, last, mdt.Name, told, slot);
            }

            await engine.AppendAsync(mdt.Topic.Name, batch, new(ExpectedLastId: before), cancellationToken);
        }

        return orphans.Count;
    }

    private void Write(RecordBatch batch, RecordId id, MdtName mdt, MdtActions told, int slot)
    {
        ref readonly ActionEntry entry = ref told.Entries[slot];
        var facts = new ActionFacts
        {
            Fid = told.FidTextOf(slot, stackalloc byte[Fid.MaxTextLength]),
            Action = told.ActionTextOf(slot),
            Status = told.StatusTextOf(slot),
            HasIndex = entry.HasIndex,
            CatalogIndex = entry.CatalogIndex,
            RecordIndex = entry.RecordIndex,
            Cookie = entry.Cookie,
        };
        HsmEventWriter.WritePurged(
            batch, id, mdt, facts, options.Time.GetUtcNow().ToUnixTimeSeconds(), entry.Status.IsFinal(), isMoved: false, default, isMaintenance: true);
    }

    private static long CountMissing(MdtSource mdt, MdtActions? told)
    {
        long missing = 0;
        for (int slot = 0; slot < mdt.Actions.Entries.Slots; slot++)
        {
            ref readonly ActionEntry entry = ref mdt.Actions.Entries[slot];
            if ((entry.Flags & (EntryFlags.InUse | EntryFlags.Unshipped)) == EntryFlags.InUse && (told is null || !Has(told, entry))) missing++;
        }

        return missing;
    }

    /// <summary>Whether an action of the same identity is among them.</summary>
    private static bool Has(MdtActions actions, in ActionEntry entry)
    {
        if (entry.HasCookie && actions.FindByCookie(entry.Cookie, entry.IsCancel) >= 0) return true;
        return entry.HasIndex && actions.FindAt(entry.CatalogIndex, entry.RecordIndex, entry.Cookie, entry.IsCancel) >= 0;
    }
}
