using Weir.Feed;

namespace Weir.Hsm;

/// <summary>How the MDTs' events are spread over topics.</summary>
public enum ActionLayout
{
    /// <summary>A topic for each MDT: <c>hsm:actions:&lt;MDT&gt;</c>.</summary>
    PerMdt = 0,

    /// <summary>One topic for all: <c>hsm:actions</c>.</summary>
    Single = 1,
}

/// <summary>The names of the topics that carry HSM actions.</summary>
public static class ActionTopics
{
    public const string DefaultPrefix = "hsm:actions";

    /// <summary>Where MDTs that vanish and come back are told of, whatever the prefix.</summary>
    public const string Sources = "hsm:sources";

    /// <summary>Where shippers are asked to compare everything anew.</summary>
    public const string Requests = "hsm:requests";

    /// <summary>The topic of an MDT's events.</summary>
    public static string Of(string prefix, ActionLayout layout, string mdt) =>
        layout == ActionLayout.Single ? prefix : $"{prefix}:{mdt}";

    /// <summary>The MDT that a topic's name tells; for the single topic its whole name.</summary>
    public static string MdtOf(string prefix, string topic) =>
        topic.Length > prefix.Length + 1 && topic.StartsWith(prefix, StringComparison.Ordinal) ? topic[(prefix.Length + 1)..] : topic;

    /// <summary>Every topic of actions that there is under the prefix, in either layout, in ordinal order.</summary>
    public static async ValueTask<IReadOnlyList<string>> ListAsync(IFeedEngine engine, string prefix, CancellationToken cancellationToken = default)
    {
        var topics = new List<string>();
        foreach (string topic in await engine.ListTopicsAsync(prefix, cancellationToken))
        {
            if (topic.Length == prefix.Length || topic[prefix.Length] == ':') topics.Add(topic);
        }

        return topics;
    }
}
