using System.Text.Json;
using Weir.Feed;
using Weir.Health.Healing.Queueing;

namespace Weir.Health.Healing.Storing;

/// <summary>
/// Brings a book up to date from the records of <see cref="HealthTopics.Events"/>. Each record says where its job is then, so that reading some
/// that the book knows already, or that were written twice, ends in the same.
/// </summary>
internal sealed class HealReplay(HealBook book)
{
    /// <summary>Up to where others' requests have been taken in, as far as the records tell.</summary>
    public RecordId Requests { get; private set; }

    /// <summary>The same of issues.</summary>
    public RecordId Issues { get; private set; }

    /// <summary>How many ran when the last process ended.</summary>
    public int Interrupted { get; private set; }

    /// <summary>Records of repairs.</summary>
    public long Count { get; private set; }

    /// <summary>Takes a record in; false, with what is wrong, where it cannot be understood.</summary>
    public bool Apply(RecordView record, out string problem)
    {
        problem = "";
        // Scans tell much more on this topic.
        if (!record.Type.StartsWith("Heal"u8)) return true;
        try
        {
            using JsonDocument document = JsonDocument.Parse(record.Data.ToArray());
            JsonElement root = document.RootElement;
            if (record.Type.SequenceEqual(HealRecordTypes.Opened))
            {
                Interrupted = book.Interrupt(Ticks(root, "opened_at"));
                return true;
            }

            if (HealJob.NumberOf(root.GetProperty("heal_id").GetString()) is not { } number) return true;
            Count++;
            Apply(record.Type, number, root);
            return true;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or HealthException)
        {
            problem = error.Message;
            return false;
        }
    }

    private void Apply(ReadOnlySpan<byte> type, long number, JsonElement root)
    {
        if (type.SequenceEqual(HealRecordTypes.Queued))
        {
            Queue(number, root);
            return;
        }

        if (book.Find(number) is not { } job) return;
        if (type.SequenceEqual(HealRecordTypes.Promoted))
        {
            HealRequest asked = HealJson.ReadRequest(root);
            book.Promote(job, book.Make(0, asked, HealJson.Check(asked), job.RequestedAt));
        }
        else if (type.SequenceEqual(HealRecordTypes.Started))
        {
            book.Move(job, HealState.Running, moved =>
            {
                moved.Run.Attempts = root.GetProperty("attempt").GetInt32();
                moved.Run.StartedAt = Ticks(root, "started_at");
                moved.Run.TriedAt = Ticks(root, "tried_at");
            });
        }
        else if (type.SequenceEqual(HealRecordTypes.Deferred))
        {
            book.Move(job, HealState.Retrying, moved =>
            {
                moved.Run.NotBefore = Ticks(root, "until");
                moved.Run.SightedAt = root.TryGetProperty("sighted_at", out _) ? Ticks(root, "sighted_at") : 0;
                moved.Run.Attempts = root.GetProperty("attempt").GetInt32();
            });
        }
        else if (type.SequenceEqual(HealRecordTypes.Completed))
        {
            book.Move(job, HealState.Completed, moved =>
            {
                moved.Run.Attempts = root.GetProperty("attempts").GetInt32();
                moved.Run.StartedAt = Ticks(root, "started_at");
                moved.Run.EndedAt = Ticks(root, "ended_at");
                moved.Run.Result = HealJson.ReadResult(root.GetProperty("result"));
                moved.Run.Error = null;
            });
        }
        else if (type.SequenceEqual(HealRecordTypes.Failed)) Fail(job, root);
        else if (type.SequenceEqual(HealRecordTypes.Cancelled)) book.Move(job, HealState.Cancelled, moved => moved.Run.EndedAt = Ticks(root, "ended_at"));
        else if (type.SequenceEqual(HealRecordTypes.Dismissed)) job.Run.IsDismissed = true;
    }

    private void Queue(long number, JsonElement root)
    {
        if (root.TryGetProperty("request_record", out JsonElement request)) Requests = Max(Requests, RecordId.Parse(request.GetString()));
        if (root.TryGetProperty("issue_record", out JsonElement issue)) Issues = Max(Issues, RecordId.Parse(issue.GetString()));
        if (book.Find(number) is { } known)
        {
            // Told to be tried again; or read twice, and then what follows is too.
            if (known.State != HealState.Queued) book.Move(known, HealState.Queued);
            return;
        }

        HealRequest asked = HealJson.ReadRequest(root);
        book.Add(book.Make(number, asked, HealJson.Check(asked), Ticks(root, "requested_at")));
    }

    private void Fail(HealJob job, JsonElement root)
    {
        bool isRetried = root.GetProperty("retry_at").ValueKind != JsonValueKind.Null;
        book.Move(job, isRetried ? HealState.Retrying : HealState.Failed, moved =>
        {
            moved.Run.Attempts = root.GetProperty("attempt").GetInt32();
            moved.Run.Error = root.GetProperty("error").GetString();
            if (isRetried) moved.Run.NotBefore = Ticks(root, "retry_at");
            else moved.Run.EndedAt = Ticks(root, "ended_at");
            if (root.TryGetProperty("result", out JsonElement result)) moved.Run.Result = HealJson.ReadResult(result);
            moved.Run.IsDismissed = false;
        });
    }

    private static RecordId Max(RecordId one, RecordId other) => one > other ? one : other;

    private static long Ticks(JsonElement root, string name) => root.GetProperty(name).GetDateTimeOffset().UtcTicks;
}
