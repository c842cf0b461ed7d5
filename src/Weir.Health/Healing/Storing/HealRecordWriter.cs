using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Health.Healing.Queueing;

namespace Weir.Health.Healing.Storing;

/// <summary>Writes what happens to jobs as records. Each says where the job is then, whatever came before: records that are read twice do no harm.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A JSON writer over a batch holds nothing that has to be given back.")]
internal sealed class HealRecordWriter
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, new() { SkipValidation = true });

    /// <param name="batch">Gets the record.</param>
    /// <param name="job">As it is queued.</param>
    /// <param name="source">The record of <see cref="HealthTopics.Requests"/> or <see cref="HealthTopics.Issues"/> that asked for it; null for none.</param>
    public void Queued(RecordBatch batch, HealJob job, HealSource? source)
    {
        Begin(batch, HealRecordTypes.Queued, job);
        HealJson.WriteRequest(_json, job.ToRequest());
        _json.WriteString("requested_at"u8, Time(job.RequestedAt));
        if (source is { } from) _json.WriteString(from.IsIssue ? "issue_record"u8 : "request_record"u8, from.Record.ToString());
        End(batch);
    }

    /// <summary>A process begins to do the repairs.</summary>
    public static void Opened(RecordBatch batch, DateTimeOffset now)
    {
        batch.Begin(HealRecordTypes.Opened, "healer"u8, "healer"u8);
        using (var json = new Utf8JsonWriter(batch))
        {
            json.WriteStartObject();
            json.WriteString("opened_at"u8, now);
            json.WriteEndObject();
        }

        batch.End();
    }

    public void Promoted(RecordBatch batch, HealJob job)
    {
        Begin(batch, HealRecordTypes.Promoted, job);
        HealJson.WriteRequest(_json, job.ToRequest());
        End(batch);
    }

    public void Started(RecordBatch batch, HealJob job)
    {
        Begin(batch, HealRecordTypes.Started, job);
        WriteName(job);
        _json.WriteNumber("attempt"u8, job.Run.Attempts);
        _json.WriteString("started_at"u8, Time(job.Run.StartedAt));
        _json.WriteString("tried_at"u8, Time(job.Run.TriedAt));
        End(batch);
    }

    public void Deferred(RecordBatch batch, HealJob job, string reason)
    {
        Begin(batch, HealRecordTypes.Deferred, job);
        WriteName(job);
        _json.WriteString("until"u8, Time(job.Run.NotBefore));
        _json.WriteString("reason"u8, reason);
        _json.WriteNumber("attempt"u8, job.Run.Attempts);
        if (job.Run.SightedAt > 0) _json.WriteString("sighted_at"u8, Time(job.Run.SightedAt));
        End(batch);
    }

    /// <param name="batch">Gets the record.</param>
    /// <param name="job">With its result.</param>
    /// <param name="healthy">The versions that are whole now, of those that were asked for; "null" for the null version.</param>
    public void Completed(RecordBatch batch, HealJob job, IReadOnlyList<string> healthy)
    {
        Begin(batch, HealRecordTypes.Completed, job);
        WriteName(job);
        if (job.Origin.IssueId is { } issue) _json.WriteString("issue_id"u8, issue);
        _json.WriteString("requested_at"u8, Time(job.RequestedAt));
        _json.WriteString("started_at"u8, Time(job.Run.StartedAt));
        _json.WriteString("ended_at"u8, Time(job.Run.EndedAt));
        _json.WriteNumber("attempts"u8, job.Run.Attempts);
        _json.WritePropertyName("result"u8);
        HealJson.WriteResult(_json, job.Run.Result!);
        _json.WriteStartArray("healthy_versions"u8);
        foreach (string version in healthy) _json.WriteStringValue(version);
        _json.WriteEndArray();
        End(batch);
    }

    /// <summary>The job waits for its next try, or has failed for good.</summary>
    public void Failed(RecordBatch batch, HealJob job)
    {
        Begin(batch, HealRecordTypes.Failed, job);
        WriteName(job);
        if (job.Origin.IssueId is { } issue) _json.WriteString("issue_id"u8, issue);
        _json.WriteNumber("attempt"u8, job.Run.Attempts);
        _json.WriteString("error"u8, job.Run.Error);
        if (job.State == HealState.Retrying) _json.WriteString("retry_at"u8, Time(job.Run.NotBefore));
        else
        {
            _json.WriteNull("retry_at"u8);
            _json.WriteString("ended_at"u8, Time(job.Run.EndedAt));
            if (job.Run.Result is { } result)
            {
                _json.WritePropertyName("result"u8);
                HealJson.WriteResult(_json, result);
            }
        }

        End(batch);
    }

    public void Cancelled(RecordBatch batch, HealJob job)
    {
        Begin(batch, HealRecordTypes.Cancelled, job);
        WriteName(job);
        _json.WriteString("ended_at"u8, Time(job.Run.EndedAt));
        End(batch);
    }

    public void Dismissed(RecordBatch batch, HealJob job)
    {
        Begin(batch, HealRecordTypes.Dismissed, job);
        WriteName(job);
        End(batch);
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private void Begin(RecordBatch batch, ReadOnlySpan<byte> type, HealJob job)
    {
        string subject = job.Origin.Drive ?? $"{job.Bucket}/{job.Key}";
        Span<byte> bytes = stackalloc byte[8 * 1024];
        int length = Encoding.UTF8.GetBytes(subject, bytes);
        batch.Begin(type, "healer"u8, bytes[..length]);
        _json.Reset(batch);
        _json.WriteStartObject();
        _json.WriteString("heal_id"u8, job.Id);
    }

    private void WriteName(HealJob job)
    {
        _json.WriteString("bucket"u8, job.Bucket);
        _json.WriteString("object"u8, job.Key);
        _json.WriteString("version_id"u8, job.VersionText);
        if (job.Origin.Drive is { } drive) _json.WriteString("drive"u8, drive);
        if (job.Origin.IncidentId is { } incident) _json.WriteString("incident_id"u8, incident);
    }

    private void End(RecordBatch batch)
    {
        _json.WriteEndObject();
        _json.Flush();
        batch.End();
    }
}

/// <summary>The record that a repair was asked for by.</summary>
/// <param name="IsIssue">Of <see cref="HealthTopics.Issues"/>; otherwise of <see cref="HealthTopics.Requests"/>.</param>
/// <param name="Record">Its id.</param>
internal readonly record struct HealSource(bool IsIssue, RecordId Record);
