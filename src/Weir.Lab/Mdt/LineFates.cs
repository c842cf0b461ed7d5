namespace Weir.Lab.Mdt;

internal enum LineFate
{
    Same,
    Changed,
    Removed,
}

/// <summary>
/// Decides line by line which change and which go, exactly as many as asked and spread evenly (selection sampling: each line
/// is taken with the chance of what is still needed among what still comes).
/// </summary>
internal sealed class LineFates
{
    private readonly Random _random;
    private int _lines;
    private int _unfinished;
    private int _toChange;
    private int _toRemove;

    /// <param name="unfinished">How many of the lines are not final: only these can change.</param>
    public LineFates(ActionFileOptions options, int unfinished)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Added);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Changed);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Removed);
        if (options.Changed > unfinished || options.Removed > options.Count - options.Changed)
            throw new ArgumentException($"{options.Changed} lines to change and {options.Removed} to remove are more than {options.Count} lines allow, of which {unfinished} can change.");
        _random = new(options.Seed);
        _lines = options.Count;
        _unfinished = unfinished;
        _toChange = options.Changed;
        _toRemove = options.Removed;
    }

    public LineFate Next(bool isFinal)
    {
        bool changes = !isFinal && _random.NextInt64(_unfinished) < _toChange;
        if (!isFinal) _unfinished--;
        if (changes)
        {
            _toChange--;
            _lines--;
            return LineFate.Changed;
        }

        // Lines that will change later cannot go, so they do not count among the candidates.
        bool goes = _random.NextInt64(_lines - _toChange) < _toRemove;
        _lines--;
        if (!goes) return LineFate.Same;
        _toRemove--;
        return LineFate.Removed;
    }
}
