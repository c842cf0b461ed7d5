using Microsoft.Extensions.Logging;

namespace Weir.Hsm.RestoringAhead;

/// <summary>Brings one job forward: finds out what has become of the files under way, and asks for more when few are.</summary>
internal sealed class RestorePacer(RestoreAheadOptions options, RestoreJobStore store, IHsmFiles files, ILogger logger)
{
    /// <summary>As many paths as surely fit a command line: Linux allows 4096 bytes each and 2 MiB together.</summary>
    private const int MaxPaths = 64;

    /// <returns>Whether the job goes on.</returns>
    public async Task<bool> StepAsync(RestoreJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await AdvanceAsync(job, cancellationToken);
        }
        catch (RestoreJobException failed)
        {
            RestoreAheadLog.NotKept(logger, job.Id, failed.Message);
            return true;
        }
    }

    private async Task<bool> AdvanceAsync(RestoreJob job, CancellationToken cancellationToken)
    {
        if (EndIfCancelled(job)) return false;
        if (options.Time.GetUtcNow() - job.Created > options.JobTimeout)
        {
            Remove(job);
            RestoreAheadLog.TimedOut(logger, job.Id, job.Directory, options.JobTimeout.TotalHours, job.InFlight.Count, job.Remaining);
            return false;
        }

        if (!job.IsKept) Keep(job);
        await LookAsync(job, cancellationToken);
        int asked = 0;
        if (job.InFlight.Count < options.ResumeThreshold)
        {
            while (job.Remaining > 0 && LimitOf(job) - job.InFlight.Count is > 0 and int room)
            {
                if (EndIfCancelled(job)) return false;
                if (await AskAsync(job, Math.Min(room, MaxPaths), cancellationToken) is not { } some) break;
                asked += some;
            }
        }

        if (asked > 0) RestoreAheadLog.Asked(logger, job.Id, job.Directory, asked, job.InFlight.Count, job.Remaining);
        if (!job.IsDone) return true;
        Remove(job);
        RestoreAheadLog.Done(logger, job.Id, job.Directory, job.Restored, job.Failed, job.Skipped);
        return false;
    }

    private int LimitOf(RestoreJob job) => job.Files.Count <= options.ActivationThreshold ? int.MaxValue : options.BatchSize;

    /// <summary>A file under way that is released no more has been restored, whether or not an event told of it.</summary>
    private async Task LookAsync(RestoreJob job, CancellationToken cancellationToken)
    {
        bool isChanged = false;
        foreach (string[] some in job.InFlight.ToList().Chunk(MaxPaths))
        {
            List<string> names = [.. some];
            foreach (string gone in names.FindAll(name => !File.Exists(job.PathOf(name))))
            {
                isChanged = job.End(gone);
                job.Skipped++;
                names.Remove(gone);
            }

            if (names.Count == 0) continue;
            if (await files.ReadStatesAsync(names.ConvertAll(job.PathOf), cancellationToken) is not { } states) break;
            foreach (string name in names)
            {
                if (!states.TryGetValue(job.PathOf(name), out HsmFileState state) || state.CanBeRestored) continue;
                isChanged = job.End(name);
                job.Restored++;
            }
        }

        if (isChanged) Keep(job);
    }

    /// <summary>Asks for the next files; null when nobody can be asked now.</summary>
    private async Task<int?> AskAsync(RestoreJob job, int count, CancellationToken cancellationToken)
    {
        List<string> names = [.. job.Files.Skip(job.Next).Take(count)];
        List<string> there = names.FindAll(name => File.Exists(job.PathOf(name)));
        IReadOnlyDictionary<string, HsmFileState>? states = there.Count == 0
            ? new Dictionary<string, HsmFileState>() : await files.ReadStatesAsync(there.ConvertAll(job.PathOf), cancellationToken);
        if (states is null) return null;
        List<string> released = there.FindAll(name => states.TryGetValue(job.PathOf(name), out HsmFileState state) && IsWanted(state));
        List<string> paths = released.ConvertAll(job.PathOf);
        IReadOnlyList<string> taken = paths.Count == 0 ? [] : await files.RestoreAsync(paths, cancellationToken);
        foreach (string path in taken) job.Begin(Path.GetFileName(path));
        job.Skipped += names.Count - released.Count;
        job.Failed += released.Count - taken.Count;
        job.Next += names.Count;
        Keep(job);
        return taken.Count;
    }

    public bool IsWanted(HsmFileState state) => state.CanBeRestored && (options.ArchiveId is not { } archive || state.ArchiveId == archive);

    private bool EndIfCancelled(RestoreJob job)
    {
        if (!store.IsCancelled(job)) return false;
        Remove(job);
        RestoreAheadLog.Cancelled(logger, job.Id, job.Directory, job.InFlight.Count, job.Remaining);
        return true;
    }

    /// <summary>After a crash files may be asked for twice, which Lustre takes as once.</summary>
    private void Keep(RestoreJob job)
    {
        job.IsKept = false;
        try
        {
            store.Write(job);
            job.IsKept = true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new RestoreJobException(failed.Message, failed);
        }
    }

    private void Remove(RestoreJob job)
    {
        try
        {
            store.Remove(job.Id);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new RestoreJobException(failed.Message, failed);
        }
    }

    private sealed class RestoreJobException(string message, Exception inner) : Exception(message, inner);
}
