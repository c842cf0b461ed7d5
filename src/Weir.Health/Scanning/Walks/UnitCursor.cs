using Weir.Erasure.Drives.Walking;
using Weir.Health.Issues;

namespace Weir.Health.Scanning.Walks;

/// <summary>A unit while its verdicts come in, side by side with the issues that stand in it: what lies between two objects is not there any more.</summary>
internal sealed class UnitCursor(ScanUnit unit, IssueBook issues, string? after)
{
    private long _version = -1;
    private string? _next;

    public ScanUnit Unit => unit;

    /// <summary>The furthest object's path.</summary>
    public string? Position { get; private set; } = after;

    /// <summary>Goes on to an object; says whether issues of it stand, and gives the paths of objects with issues that were passed on the way.</summary>
    /// <param name="path">The object's; null goes to the unit's end.</param>
    /// <param name="passed">Gets what was passed.</param>
    public bool MoveTo(string? path, List<string> passed)
    {
        // Issues that came meanwhile may lie ahead, and some that did may be gone.
        if (issues.Version is var version && version != _version)
        {
            _version = version;
            _next = issues.NextPath(unit.Pool.Number, unit.Set, Position);
        }

        bool isKnown = false;
        while (_next is { } next)
        {
            int order = path is null ? -1 : WalkRules.Compare(next, path);
            if (order > 0) break;
            if (order == 0) isKnown = true;
            else if (unit.Covers(next)) passed.Add(next);
            _next = issues.NextPath(unit.Pool.Number, unit.Set, next);
        }

        if (path is null) return isKnown;
        // Shards that nobody refers to are told with the object above them, after what lies between.
        if (Position is not null && WalkRules.Compare(path, Position) <= 0) return isKnown || issues.Has(unit.Pool.Number, unit.Set, path);
        Position = path;
        return isKnown;
    }
}
