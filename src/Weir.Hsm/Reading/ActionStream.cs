using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Weir.Feed;
using Weir.Hsm.Following;

namespace Weir.Hsm.Reading;

/// <summary>
/// The events of all action topics, for programs: a replay and then what comes, topics of new MDTs included, each event once. What a writer
/// repeated after a crash is dropped, and a named reader goes on where it was. An event that was handed out and not acknowledged comes again.
/// </summary>
/// <remarks>
/// <code>
/// var stream = new ActionStream(engine, new ActionStreamOptions { Consumer = "restore-mail" });
/// await foreach (ActionEvent happened in stream.ReadAsync(cancellationToken))
/// {
///     …
///     await stream.AcknowledgeAsync(happened, cancellationToken);
/// }
/// </code>
/// docs/hsm-tools.md has a whole program.
/// </remarks>
public sealed class ActionStream
{
    /// <summary>So many pages at most are read ahead.</summary>
    private const int PagesAhead = 2;

    private readonly IFeedEngine _engine;
    private readonly ActionStreamOptions _options;

    public ActionStream(IFeedEngine engine, ActionStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _engine = engine;
        _options = options ?? ActionStreamOptions.Default;
        TopicName.ThrowIfInvalid(_options.Prefix);
        if (_options.Consumer is { } consumer) TopicName.ThrowIfInvalid(consumer, "consumer");
    }

    /// <summary>
    /// Reads. Within an MDT events come in their order; between MDTs in the order of arrival. It ends at the topics' end unless it follows; then by
    /// cancellation only. It may be called again, and begins anew.
    /// </summary>
    /// <exception cref="FeedException">A topic cannot be read.</exception>
    public async IAsyncEnumerable<ActionEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<IReadOnlyList<ActionEvent>> pages = Channel.CreateBounded<IReadOnlyList<ActionEvent>>(PagesAhead);
        Task reading = FollowAsync(pages.Writer, stop.Token);
        try
        {
            await foreach (IReadOnlyList<ActionEvent> page in pages.Reader.ReadAllAsync(cancellationToken))
            {
                foreach (ActionEvent happened in page) yield return happened;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Notes that this event, and every one before it in its topic, is done with.</summary>
    /// <exception cref="InvalidOperationException">The reader has no name.</exception>
    /// <exception cref="FeedException">It could not be noted.</exception>
    public ValueTask AcknowledgeAsync(ActionEvent happened, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return _options.Consumer is { } consumer
            ? _engine.WritePositionAsync(happened.Topic, consumer, happened.Id, cancellationToken)
            : throw new InvalidOperationException($"Only a reader with a name can acknowledge: set {nameof(ActionStreamOptions)}.{nameof(ActionStreamOptions.Consumer)}.");
    }

    private async Task FollowAsync(ChannelWriter<IReadOnlyList<ActionEvent>> pages, CancellationToken cancellationToken)
    {
        try
        {
            using IFeedWatch? watch = _options.Follow ? _engine.Watch(_options.Prefix) : null;
            var sink = new EventSink(_options.IncludeUnchanged, pages);
            foreach (string topic in await ActionTopics.ListAsync(_engine, _options.Prefix, cancellationToken))
                sink.Begin(topic, await PlaceAsync(topic, cancellationToken));
            await using var follower = new ActionFollower(_engine, _options.Prefix, sink);
            while (true)
            {
                await follower.CatchUpAsync(cancellationToken);
                if (watch is null) break;
                await watch.WaitAsync(cancellationToken);
            }

            pages.Complete();
        }
        catch (Exception failed)
        {
            // Whoever reads the channel is given it.
            pages.Complete(failed);
        }
    }

    private async ValueTask<RecordId> PlaceAsync(string topic, CancellationToken cancellationToken)
    {
        if (_options.Consumer is { } consumer && await _engine.ReadPositionAsync(topic, consumer, cancellationToken) is { } position) return position;
        if (_options.Start == ActionStart.Beginning) return RecordId.Zero;
        return (await _engine.DescribeAsync(topic, cancellationToken))?.LastId ?? RecordId.Zero;
    }
}
