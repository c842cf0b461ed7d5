using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>
/// Lets so many lines a second of one kind and device through and counts the others, so that a storm costs neither the disk nor whoever
/// reads. Of what is held back the last line is kept, to be told with the count. Bounded. Not thread-safe.
/// </summary>
internal sealed class LineLimiter(int mostPerSecond)
{
    /// <summary>Kinds that are told apart at once; more are let through.</summary>
    public const int MostKinds = 4096;

    private readonly Dictionary<(string Rule, int Device), Kind> _kinds = [];
    private long _second = long.MinValue;

    /// <summary>Lines that are held back and not told of yet.</summary>
    public long WaitingCount { get; private set; }

    /// <summary>Whether a line may pass; if not it is counted.</summary>
    /// <param name="rule">The rule's id.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="line">The line.</param>
    /// <param name="second">The second it is now.</param>
    public bool MayPass(string rule, ReadOnlySpan<byte> device, in LogLine line, long second)
    {
        if (second != _second) StartSecond(second);
        var hash = default(HashCode);
        hash.AddBytes(device);
        (string, int) key = (rule, hash.ToHashCode());
        if (!_kinds.TryGetValue(key, out Kind? kind))
        {
            if (_kinds.Count >= MostKinds) return true;
            _kinds.Add(key, kind = new());
        }

        if (kind.Passed < mostPerSecond)
        {
            kind.Passed++;
            return true;
        }

        kind.Line ??= OwnedLine.Copy(line);
        kind.Count++;
        WaitingCount++;
        return false;
    }

    /// <summary>Hands out what was held back: for each kind a line and how many more there were.</summary>
    public IEnumerable<(string Rule, OwnedLine Line, long Repeats)> TakeWaiting()
    {
        foreach (((string rule, _), Kind kind) in _kinds)
        {
            if (kind.Line is not { } line) continue;
            long repeats = kind.Count - 1;
            WaitingCount -= kind.Count;
            (kind.Line, kind.Count) = (null, 0);
            yield return (rule, line, repeats);
        }
    }

    private void StartSecond(long second)
    {
        _second = second;
        foreach (((string, int) key, Kind kind) in _kinds)
        {
            if (kind.Line is null) _kinds.Remove(key);
            else kind.Passed = 0;
        }
    }

    private sealed class Kind
    {
        public int Passed;
        public long Count;
        public OwnedLine? Line;
    }
}
