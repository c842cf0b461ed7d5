namespace Weir.Coordinator.Scheduling;

/// <summary>
/// One owner's share in an archive group. Start-time fair queueing: <see cref="Start"/> is the virtual time at which its next request begins;
/// the lowest is served and moves on by <see cref="Unit"/> through its weight.
/// </summary>
internal sealed class Share(ShareKey key, int weight)
{
    /// <summary>The virtual length of one request at weight 1; 1000, the greatest weight, still leaves a number that counts.</summary>
    public const long Unit = 1 << 20;

    public ShareKey Key => key;

    public long Step { get; } = Unit / weight;

    public long Start { get; set; }

    /// <summary>Its requests that wait, in all lanes.</summary>
    public int Waiting { get; set; }

    /// <summary>Its lines, one per lane that it has requests in; few.</summary>
    public List<Line> Lines { get; } = [];
}

/// <summary>Who a share belongs to: a number, or (fair by tag) a text.</summary>
internal readonly record struct ShareKey(long Number, byte[]? Text)
{
    public override string ToString() => Text is null
        ? Number.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : System.Text.Encoding.UTF8.GetString(Text);
}
