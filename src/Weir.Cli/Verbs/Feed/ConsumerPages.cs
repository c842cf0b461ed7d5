using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Prints what a consumer is given, and acknowledges it when it has left the process.</summary>
internal sealed class ConsumerPages(Invocation run, ConsumerReader reader, bool asJson, bool acknowledges, long wanted) : IDisposable
{
    private readonly Dictionary<string, RecordPrinter> _printers = new(StringComparer.Ordinal);

    private TopicPosition? _printed;

    /// <summary>Whether records were missing that should have been there.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>How many more records are wanted.</summary>
    public long Left { get; private set; } = wanted;

    /// <summary>Prints to the end of what is there, or what is still wanted. After a failure it goes on where that came.</summary>
    public async Task PrintAsync(CancellationToken cancellationToken)
    {
        await AcknowledgeAsync(cancellationToken);
        while (Left > 0 && await reader.ReadAsync(cancellationToken) is { } page)
        {
            if (page.Gap is { } gap)
            {
                HasGaps = true;
                run.Terminal.Say($"warning: {gap}");
            }

            _printed = new(page.Topic, Print(page));

            // What is still in this process's own buffer has reached nobody.
            run.Out.Flush();
            await AcknowledgeAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        foreach (RecordPrinter printer in _printers.Values) printer.Dispose();
    }

    private async ValueTask AcknowledgeAsync(CancellationToken cancellationToken)
    {
        if (!acknowledges || _printed is not { } printed) return;
        await reader.AcknowledgeAsync(printed.Topic, printed.Id, cancellationToken);
        _printed = null;
    }

    private RecordId Print(FeedPage page)
    {
        if (!_printers.TryGetValue(page.Topic, out RecordPrinter? printer))
            _printers[page.Topic] = printer = new(page.Topic, run.Out, asJson, namesTopic: reader.Topics.HasPrefix || reader.Topics.Topics.Count > 1);
        RecordId last = page.LastId;
        foreach (RecordView record in page)
        {
            if (Left == 0) return last;
            printer.Print(record);
            Left--;
            last = record.Id;
        }

        return Left == 0 ? last : page.LastId;
    }
}
