using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Prints what a consumer is given, and acknowledges it when it has left the process.</summary>
internal sealed class ConsumerPages(Invocation run, ConsumerReader reader, bool asJson, bool acknowledges) : IDisposable
{
    private readonly Dictionary<string, RecordPrinter> _printers = new(StringComparer.Ordinal);

    /// <summary>Whether records were missing that should have been there.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Prints to the end of what is there, or so many records.</summary>
    /// <returns>How many more are wanted.</returns>
    public async Task<long> PrintAsync(long left, CancellationToken cancellationToken)
    {
        while (left > 0 && await reader.ReadAsync(cancellationToken) is { } page)
        {
            if (page.Gap is { } gap)
            {
                HasGaps = true;
                run.Terminal.Say($"warning: {gap}");
            }

            RecordId last = Print(page, ref left);

            // What is still in this process's own buffer has reached nobody.
            run.Out.Flush();
            if (acknowledges) await reader.AcknowledgeAsync(page.Topic, last, cancellationToken);
        }

        return left;
    }

    public void Dispose()
    {
        foreach (RecordPrinter printer in _printers.Values) printer.Dispose();
    }

    private RecordId Print(FeedPage page, ref long left)
    {
        if (!_printers.TryGetValue(page.Topic, out RecordPrinter? printer))
            _printers[page.Topic] = printer = new(page.Topic, run.Out, asJson, namesTopic: reader.Topics.HasPrefix || reader.Topics.Topics.Count > 1);
        RecordId last = page.LastId;
        foreach (RecordView record in page)
        {
            if (left == 0) return last;
            printer.Print(record);
            left--;
            last = record.Id;
        }

        return left == 0 ? last : page.LastId;
    }
}
