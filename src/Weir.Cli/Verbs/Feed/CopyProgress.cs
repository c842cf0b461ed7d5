using System.Globalization;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary>
/// How far the copying of one topic has come, in words. The time left goes by the last ten seconds, since a server may slow down, and is
/// told only when there is enough to go by and the rest is known.
/// </summary>
/// <param name="topic">Which topic.</param>
/// <param name="total">How many records there were to copy at the beginning; null when that is not known.</param>
/// <param name="time">For rates.</param>
internal sealed class CopyProgress(string topic, long? total, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly Queue<(long At, long Copied)> _samples = new([(time.GetTimestamp(), 0)]);

    /// <summary>The line for so many records copied. Called again and again.</summary>
    public string Line(long copied)
    {
        long now = time.GetTimestamp();
        _samples.Enqueue((now, copied));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Window) _samples.Dequeue();
        (long at, long before) = _samples.Peek();
        TimeSpan passed = time.GetElapsedTime(at, now);
        string done = string.Create(CultureInfo.InvariantCulture, $"copying {topic}: {copied:N0}{(total is { } all ? $" of {all:N0}" : "")} records");
        if (passed < Shortest) return done;
        double rate = (copied - before) / passed.TotalSeconds;
        if (rate < 1) return $"{done}, waiting";
        string speed = string.Create(CultureInfo.InvariantCulture, $"{done}, {rate:N0} a second");

        // What is appended meanwhile is copied too, and how much that will be nobody knows.
        if (total is not { } known || copied >= known) return speed;
        return $"{speed}, {Words(TimeSpan.FromSeconds((known - copied) / rate))} left";
    }

    /// <summary>How many records of the source the target lacks; null when only copying can tell, since the two were trimmed differently.</summary>
    public static long? Missing(TopicInfo source, TopicInfo? target)
    {
        if (target is null) return source.Count;
        if (target.LastId == source.LastId) return 0;
        if (target.LastId < source.FirstId) return source.Count;
        return target.Count > 0 && target.FirstId == source.FirstId ? Math.Max(0, source.Count - target.Count) : null;
    }

    private static string Words(TimeSpan left) => left.TotalSeconds < 1 ? "less than a second"
        : left.TotalMinutes < 2 ? string.Create(CultureInfo.InvariantCulture, $"about {left.TotalSeconds:0} s")
        : left.TotalHours < 2 ? string.Create(CultureInfo.InvariantCulture, $"about {left.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"about {left.TotalHours:0.0} h");
}
