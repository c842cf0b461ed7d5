using Weir.Feed;

namespace Weir.Lab.Feeds;

/// <summary>One comparison of a topic with its ledger.</summary>
internal sealed class TopicCheck(IFeedEngine engine, TopicLedger books, LedgerCheck check, long now)
{
    private readonly List<Record> _records = [];
    private readonly List<(LedgerAppend Append, int Record)> _found = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        Recognize();
        CheckIds();
        CheckOrderOfTime();
        CheckNothingIsMissing();
        await CheckDescriptionAsync(cancellationToken);
        await CheckPositionsAsync(cancellationToken);
        if (check.EverySeek) await CheckSeeksAsync(cancellationToken);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await using ITopicCursor cursor = engine.OpenCursor(books.Topic, RecordId.Zero);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            if (page.Gap is { } gap && !check.AllowGaps) throw Violation($"reading reports a gap: {gap}");
            if (page.IsEmpty) return;
            foreach (RecordView record in page) _records.Add(record.ToRecord());
        }
    }

    private void Recognize()
    {
        Dictionary<string, (LedgerAppend, int)> known = [];
        foreach (LedgerAppend append in books.Appends)
            for (int i = 0; i < append.Count; i++) known.Add(append.Subject(i), (append, i));
        foreach (Record record in _records)
        {
            if (!known.Remove(record.Subject, out (LedgerAppend Append, int Record) found))
                throw Violation($"record {record.Id} was never appended, or is there twice: {record.Subject} {record.DataText}");
            if (record.Type != "APPEND" || record.Source != books.Topic || record.DataText != found.Append.Data(found.Record))
                throw Violation($"record {record.Id} of {found.Append} has other bytes: {record}");
            if (found.Append.State == LedgerState.Refused) throw Violation($"record {record.Id} of {found.Append} is there, though it was refused");
            if (found.Append.Id(found.Record) is { } id && id != record.Id)
                throw Violation($"record {found.Record} of {found.Append} has the id {record.Id}, and had {id} before");
            if (books.Trims.Any(trim => trim.MustTake(found.Append, found.Record, record.Id))) throw Violation($"record {record.Id} is there, though it was trimmed");
            found.Append.Observe(found.Record, record.Id, now);
            _found.Add(found);
        }
    }

    private void CheckIds()
    {
        for (int i = 1; i < _records.Count; i++)
            if (_records[i].Id <= _records[i - 1].Id) throw Violation($"record {_records[i].Id} stands behind {_records[i - 1].Id}");
    }

    /// <summary>An append that had ended before another began has the lower ids; the records of one append keep their order.</summary>
    private void CheckOrderOfTime()
    {
        long earliestEnd = long.MaxValue;
        for (int i = _found.Count - 1; i >= 0; i--)
        {
            (LedgerAppend append, int record) = _found[i];
            if (earliestEnd < append.BegunAt) throw Violation($"{append} stands before an append that had ended before it began");
            earliestEnd = Math.Min(earliestEnd, append.EndedAt);
            if (i > 0 && _found[i - 1].Append == append && _found[i - 1].Record >= record) throw Violation($"the records of {append} are out of order");
        }
    }

    private void CheckNothingIsMissing()
    {
        HashSet<(LedgerAppend, int)> there = [.. _found];
        foreach (LedgerAppend append in books.Appends)
        {
            bool isBehindHole = false;
            for (int i = 0; i < append.Count; i++)
            {
                bool mayBeGone = books.Trims.Any(trim => trim.MayTake(append, i));
                if (there.Contains((append, i)))
                {
                    if (isBehindHole && !check.AllowGaps) throw Violation($"{append} was kept without its leading part");
                    continue;
                }

                if (append.CertainSince(i) < now && !mayBeGone)
                    throw Violation($"record {i} of {append} is missing; there are {string.Join(' ', _records.Select(static r => r.Id))}");
                isBehindHole |= !mayBeGone;
            }
        }
    }

    private async Task CheckDescriptionAsync(CancellationToken cancellationToken)
    {
        TopicInfo? info = await engine.DescribeAsync(books.Topic, cancellationToken);
        bool mustExist = books.Appends.Any(static a => a.State == LedgerState.Durable);
        if (info is null)
        {
            if (mustExist || _records.Count > 0) throw Violation("the topic does not exist");
            return;
        }

        RecordId first = _records.Count > 0 ? _records[0].Id : RecordId.Zero;
        // Counts come from the index where it has them, and it counts what is in a gap as well.
        bool countIsRight = check.AllowGaps ? info.Count >= _records.Count : info.Count == _records.Count;
        if (!countIsRight || info.FirstId != first) throw Violation($"{_records.Count} records from {first} were read, described are {info}");
        RecordId last = books.Appends.Where(static a => a.State == LedgerState.Durable).Select(static a => a.LastId ?? RecordId.Zero).DefaultIfEmpty().Max();
        if (info.LastId < last || (_records.Count > 0 && info.LastId < _records[^1].Id)) throw Violation($"the last id {last} was given, described is {info}");
    }

    private async Task CheckPositionsAsync(CancellationToken cancellationToken)
    {
        foreach ((string consumer, List<RecordId?> allowed) in books.Positions)
        {
            RecordId? position = await engine.ReadPositionAsync(books.Topic, consumer, cancellationToken);
            if (!allowed.Contains(position))
                throw Violation($"consumer '{consumer}' stands at {Text(position)}, not at {string.Join(" or ", allowed.Select(Text))}");
        }

        static string Text(RecordId? position) => position?.ToString() ?? "nothing";
    }

    private async Task CheckSeeksAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < _records.Count; i++)
        {
            await using ITopicCursor cursor = engine.OpenCursor(books.Topic, _records[i].Id, new CursorOptions { PageBytes = 1 });
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            RecordId? next = null;
            foreach (RecordView record in page)
            {
                next = record.Id;
                break;
            }

            RecordId? expected = i + 1 < _records.Count ? _records[i + 1].Id : null;
            if (next != expected || (page.Gap is { } && !check.AllowGaps))
                throw Violation($"behind {_records[i].Id} a cursor reads {next} instead of {expected} (gap: {page.Gap})");
        }
    }

    private LedgerViolationException Violation(string what) => new($"Topic '{books.Topic}': {what}.");
}
