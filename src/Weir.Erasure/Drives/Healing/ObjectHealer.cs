using System.Collections.Concurrent;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Repairs one object by its plan: makes what each position lacks, and puts it there. Never throws for what drives do, and whatever fails,
/// no position is left with less than it had.
/// </summary>
/// <param name="drives">The deployment's drives.</param>
/// <param name="options">How.</param>
/// <param name="journal">Gets what is about to be changed; null for none.</param>
public sealed class ObjectHealer(HealDrives drives, HealOptions options, HealJournal? journal)
{
    /// <param name="plan">From a verdict of just now.</param>
    /// <param name="cancellationToken">Ends it before anything is put into its place.</param>
    public async Task<ObjectOutcome> HealAsync(ObjectPlan plan, CancellationToken cancellationToken)
    {
        ObjectVerdict verdict = plan.Object;
        // Whoever has the object first: it is asked whose its files are.
        Drive?[] siblings = [.. verdict.Answers.OrderBy(answer => answer.State != MetadataState.Found).Select(answer => answer.Drive)];
        var works = new ConcurrentDictionary<int, PositionWork>();
        PositionWork Work(int position) => works.GetOrAdd(position, at => new(verdict.Answers[at], drives.Target(verdict.Answers[at].Drive!)));
        long read = 0;
        foreach (VersionRepair repair in plan.Repairs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rebuild = new VersionRebuild(drives, verdict.Name, siblings, repair, verdict.Answers, Work);
            try
            {
                await rebuild.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectUnavailableException error)
            {
                foreach (ShardRepair shard in repair.Shards) Work(shard.Position).Fail(repair.Verdict.VersionId!.Value, error.Message);
            }

            read += rebuild.ReadBytes;
        }

        string? doubt = Doubt(plan);
        Func<Task<string?>>? stillWanted = options.IsLive ? () => WhyNotAsync(plan) : null;
        await Task.WhenAll(works.Values.Select(work => new PositionCommit(drives, verdict.Name, siblings, work, journal).RunAsync(doubt, stillWanted))).ConfigureAwait(false);
        return new(plan, [.. plan.Repairs.Select(repair => Outcome(repair, works))], read, works.Values.Sum(work => work.WrittenBytes));
    }

    /// <summary>Damaged metadata may hold what the other drives do not know well enough; it is not replaced then.</summary>
    private static string? Doubt(ObjectPlan plan)
    {
        Refusal? refused = plan.Refusals.FirstOrDefault(refusal => refusal.Version.VersionId is not null);
        return refused is null ? null : $"it is damaged, and may hold version {refused.Version.VersionIdText}, of which {refused.Reason}";
    }

    private static VersionOutcome Outcome(VersionRepair repair, ConcurrentDictionary<int, PositionWork> works)
    {
        Guid id = repair.Verdict.VersionId!.Value;
        PositionWork[] touched = [.. works.OrderBy(work => work.Key).Select(work => work.Value)];
        RepairedPiece[] pieces = [.. touched.SelectMany(work => work.Done).Where(done => done.Version == id).Select(done => done.Piece)];
        string[] problems = [.. touched.Select(work => work.FailureOf(id)).OfType<string>().Distinct()];
        RepairState state = pieces.Length == 0 ? RepairState.Failed : problems.Length > 0 ? RepairState.Partly : RepairState.Repaired;
        return new(repair.Verdict, state, pieces, problems);
    }

    /// <summary>Beside a server: whether every drive's metadata is still what it was when the object was judged.</summary>
    private async Task<string?> WhyNotAsync(ObjectPlan plan)
    {
        foreach (DriveMetadata before in plan.Object.Answers)
        {
            if (before.Drive is not { } drive) continue;
            DriveMetadata now = await drives.Queues[drive].RunAsync(worker =>
            {
                worker.Admit(2, before.FileBytes);
                return DriveMetadata.ReadAll(drive, before.Position, plan.Object.Name);
            }).ConfigureAwait(false);
            bool isSame = now.State == before.State && now.Versions.Count == before.Versions.Count
                && now.Versions.Zip(before.Versions).All(pair => pair.First.RawBody.Span.SequenceEqual(pair.Second.RawBody.Span));
            if (!isSame) return $"{drive.Path}: the server changed {plan.Object.Name}/{XlMeta.FileName} meanwhile";
        }

        return null;
    }
}
