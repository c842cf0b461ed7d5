using Weir.Changelogs.Coalescing;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds;

/// <summary>How topics are coalesced for consumers that ask for it, by whichever door they come.</summary>
public static class CoalescingRules
{
    public static IReadOnlyList<ICoalescingRule> All { get; } = [new ChangelogCoalescingRule()];
}
