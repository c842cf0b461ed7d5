using Weir.Coordinator.Core;

namespace Weir.Coordinator.Server;

/// <summary>
/// An answer for which all requests must be looked at: a part of them between other messages, so that a large queue holds nobody up. What the
/// same peer has sent after its question waits for it, as answers are in order.
/// </summary>
internal abstract class LongAnswer(Connection connection)
{
    public Connection Connection { get; } = connection;

    /// <summary>What the peer sent behind the question, and from where on it has not been looked at.</summary>
    public Queue<(InboundBatch Batch, int From)> Behind { get; } = new();

    /// <summary>Looks at the next slots; true when all have been looked at. Where the core runs.</summary>
    public abstract bool Advance(CoordinatorCore core, int slots);

    /// <summary>Writes the answer, on any thread, when <see cref="Advance"/> was true.</summary>
    public abstract byte[] Compose();
}

/// <summary>A status with every request in it.</summary>
internal sealed class ListsAnswer(Connection connection, Func<StatusDraft> draft) : LongAnswer(connection)
{
    private readonly RequestListing _listing = new();
    private StatusDraft? _draft;

    public override bool Advance(CoordinatorCore core, int slots)
    {
        if (!core.List(_listing, slots)) return false;
        _draft = draft();
        return true;
    }

    public override byte[] Compose()
    {
        _listing.Sort();
        return _draft!.Compose(_listing);
    }
}

/// <summary>Where the requests of a cookie are.</summary>
internal sealed class WhyAnswer(Connection connection, ulong cookie) : LongAnswer(connection)
{
    private readonly List<Requests.RequestKey> _found = [];
    private IReadOnlyList<RequestExplanation> _explanations = [];
    private int _next;

    public override bool Advance(CoordinatorCore core, int slots)
    {
        if (!core.Find(cookie, _found, ref _next, slots)) return false;
        _explanations = [.. _found.Select(key => core.Explain(key)).OfType<RequestExplanation>()];
        return true;
    }

    public override byte[] Compose() => _explanations.Count == 0 ? FixedReplies.WhyUnknown : ExplanationWriter.Write(_explanations);
}
