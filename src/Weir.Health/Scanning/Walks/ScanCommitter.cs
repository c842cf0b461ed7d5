using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Health.Scanning.Choosing;
using Weir.Health.Scanning.Jobs;

namespace Weir.Health.Scanning.Walks;

/// <summary>Makes durable what a scan saw: issues and requests on the feed first, then the scan's own file. A crash in between makes it look again, and the book knows then what it has.</summary>
internal sealed class ScanCommitter(ScanJob job, ScanParts parts, Dictionary<string, CatalogueWriter> catalogues)
{
    private static readonly byte[] Source = "health/scanner"u8.ToArray();

    private readonly List<HealthIssue> _unsaved = [];
    private long _toldAt = parts.Options.Time.GetTimestamp();
    private bool _isRecorded;

    /// <summary>Makes a batch durable; waits for a feed or a disk that takes nothing.</summary>
    public async Task CommitAsync(ScanBatch batch, CancellationToken cancellationToken)
    {
        if (batch.IsEmpty) return;
        await RecordAsync(batch, cancellationToken).ConfigureAwait(false);
        string? told = null;
        while (true)
        {
            try
            {
                foreach ((string unit, CatalogueWriter writer) in catalogues)
                {
                    long bytes = writer.Flush();
                    lock (job.Gate) job.CatalogueBytes[unit] = bytes;
                }

                parts.Jobs.Save(job, _unsaved);
                // Once it is said to be done nobody adds to it any more. Lost in a crash right here, the one before tells less, and nothing wrong.
                foreach (string unit in batch.Done.Where(catalogues.Remove)) parts.Jobs.ReplaceCatalogue(unit, job);
                break;
            }
            catch (IOException error)
            {
                if (told != error.Message) ScanLog.ScanHeld(parts.Options.Logger, job.Id, error.Message);
                told = error.Message;
            }

            await Task.Delay(parts.Options.RetryInterval, parts.Options.Time, cancellationToken).ConfigureAwait(false);
        }

        _unsaved.Clear();
        _isRecorded = false;
        Tell();
    }

    /// <summary>The same where nothing may be waited for: what cannot be made durable now is looked at again.</summary>
    public async Task TryCommitAsync(ScanBatch batch)
    {
        using var patience = new CancellationTokenSource(parts.Options.StopPatience, parts.Options.Time);
        try
        {
            await CommitAsync(batch, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ScanLog.ScanHeld(parts.Options.Logger, job.Id, "what it saw last could not be kept, and is looked at again");
        }
    }

    private async Task RecordAsync(ScanBatch batch, CancellationToken cancellationToken)
    {
        // Interrupted between the two halves, it is in the book and in memory already.
        if (_isRecorded) return;
        IReadOnlyList<(HealthIssue Issue, bool IsNew)> seen = await parts.Issues.RecordAsync(batch.Sightings, new(job.Id, job.Request.IncidentId), cancellationToken).ConfigureAwait(false);
        await RequestHealsAsync(seen, cancellationToken).ConfigureAwait(false);
        lock (job.Gate)
        {
            foreach ((HealthIssue issue, _) in seen)
            {
                if (job.Keep(issue)) _unsaved.Add(issue);
            }

            job.Objects += batch.Objects;
            job.Bytes += batch.Bytes;
            job.Tally.Add(batch.Tally);
            job.Sample.Add(batch.Sample);
            foreach ((string unit, string position) in batch.Positions) job.Positions[unit] = position;
            foreach (string unit in batch.Done)
            {
                job.Done.Add(unit);
                job.Positions.Remove(unit);
            }

            job.Rates.Note(job.Objects, job.Bytes);
        }

        _isRecorded = true;
    }

    /// <summary>Where a device's failure made somebody look: what may lose nothing more is repaired before all else.</summary>
    private async Task RequestHealsAsync(IReadOnlyList<(HealthIssue Issue, bool IsNew)> seen, CancellationToken cancellationToken)
    {
        if (job.Request.IncidentId is null || job.Request.Reason == CycleReason || !parts.Policies.Heal.AutoHealEnabled) return;
        var batch = new RecordBatch();
        foreach ((HealthIssue issue, _) in seen)
        {
            if (!issue.IsRepairable || issue.Margin > 0) continue;
            batch.Begin("HealRequested"u8, Source, Encoding.UTF8.GetBytes($"{issue.Bucket}/{issue.Object}"));
            using (var json = new Utf8JsonWriter(batch)) WriteHeal(json, issue);
            batch.End();
        }

        bool isTold = false;
        while (batch.Count > 0)
        {
            try
            {
                await parts.Feed.AppendAsync(HealthTopics.Requests, batch, default, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (FeedException error)
            {
                if (!isTold) ScanLog.FeedAway(parts.Options.Logger, HealthTopics.Requests, error.Message);
                isTold = true;
            }

            await Task.Delay(parts.Options.RetryInterval, parts.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void WriteHeal(Utf8JsonWriter json, HealthIssue issue)
    {
        json.WriteStartObject();
        json.WriteString("request_id", $"{job.Id}/{issue.Id}");
        HealJson.WriteRequest(json, new()
        {
            Bucket = issue.Bucket,
            Object = issue.Object,
            VersionId = issue.VersionId,
            Priority = HealthPriority.Emergency,
            Mode = HealMode.Emergency,
            Margin = issue.Margin,
            IssueId = issue.Id,
            IncidentId = job.Request.IncidentId,
            Reason = $"scan {job.Id}",
        });
        json.WriteEndObject();
    }

    private void Tell()
    {
        if (parts.Options.Time.GetElapsedTime(_toldAt) < parts.Options.ProgressInterval) return;
        _toldAt = parts.Options.Time.GetTimestamp();
        parts.Events.Post("ScanProgress", job.Id, json => HealthJson.WriteScanProgress(json, job.ToStatus()));
    }

    /// <summary>The reason of scans that begin by themselves.</summary>
    public const string CycleReason = "cycle";
}
