using Weir.Feed;
using Weir.Hsm.Following;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping;

namespace Weir.Hsm.Reconciling;

/// <summary>Compares the MDTs' action files, which are the truth, with the live actions that the stream tells of. It changes nothing.</summary>
public sealed class Reconciler : IAsyncDisposable
{
    private readonly ReconcileOptions _options;
    private readonly ActionFollower _follower;
    private readonly SourceStates _sources;
    private readonly SourceChoice _choice = new();
    private long _round;

    public Reconciler(IFeedEngine engine, ReconcileOptions options)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _follower = new(engine, options.Prefix);
        _sources = new(engine);
    }

    /// <summary>The topics of the stream, as last read.</summary>
    internal IEnumerable<FollowedTopic> Topics => _follower.Topics;

    /// <summary>Reads the stream as far as it goes, then the files, and compares.</summary>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    public async Task<ReconcileReport> CompareAsync(CancellationToken cancellationToken = default)
    {
        await _follower.CatchUpAsync(cancellationToken);
        await _sources.CatchUpAsync(cancellationToken);
        var problems = new List<string>();
        if (_follower.LastGap is { } gap) problems.Add(gap.ToString());
        var compared = new SortedDictionary<string, MdtComparison>(StringComparer.Ordinal);
        foreach (SourceFile file in FindFiles(problems))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (MdtComparison mdt in TruthFile.Compare(file, _follower.Live, IsWanted, _options.MaxExamples))
            {
                // Of two files that tell of one MDT the first in the order of paths counts; a directory of its own goes before a header.
                compared.TryAdd(mdt.Mdt, mdt with { IsSourceLost = _sources.IsLost(mdt.Mdt) });
            }
        }

        foreach (string wanted in _options.Mdts) compared.TryAdd(wanted, WithoutFile(wanted));
        if (compared.Count == 0) problems.Add($"no file matches {string.Join(", ", _options.Actions)}");
        return new()
        {
            Mdts = [.. compared.Values],
            NotCompared = [.. _follower.Live.Mdts.Where(mdt => mdt.Count > 0 && !compared.ContainsKey(mdt.Name.Text)).Select(mdt => mdt.Name.Text).Order(StringComparer.Ordinal)],
            Problems = problems,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _sources.DisposeAsync();
    }

    private bool IsWanted(string mdt) => _options.Mdts.Count == 0 || _options.Mdts.Contains(mdt);

    /// <summary>The files to read, one for each MDT as far as directories tell.</summary>
    private IEnumerable<SourceFile> FindFiles(List<string> problems)
    {
        _round++;
        IReadOnlyList<string> paths = ActionGlob.Expand(_options.Actions, problems);
        foreach (IGrouping<string, SourceFile> rivals in paths.Select(SourceFile.At).GroupBy(file => file.Mdt, StringComparer.Ordinal))
        {
            SourceFile[] candidates = [.. rivals];
            yield return candidates.Length == 1 ? candidates[0] : _choice.Choose(candidates, null, _round);
        }
    }

    private MdtComparison WithoutFile(string mdt)
    {
        MdtActions? actions = _follower.Live.Find(mdt);
        bool isLost = _sources.IsLost(mdt);
        return new()
        {
            Mdt = mdt,
            InStream = actions?.Count ?? 0,
            IsSourceLost = isLost,
            Problem = isLost ? "it has no file here, and the shippers say that its source is lost" : "it has no file here; compare it where it is mounted",
        };
    }
}
