namespace Weir.Lustre.Changelog;

/// <summary>When a record was written: <c>cr_time</c>, seconds since 1970 (UTC) in the high 34 bits and nanoseconds in the low 30.</summary>
public readonly record struct ChangelogTime(ulong Raw) : IComparable<ChangelogTime>
{
    private const int NanosecondBits = 30;

    public ChangelogTime(ulong seconds, uint nanoseconds) : this((seconds << NanosecondBits) + nanoseconds) { }

    /// <summary>Seconds since 1970; the field reaches to the year 2514.</summary>
    public ulong Seconds => Raw >> NanosecondBits;

    /// <summary>Below 1,000,000,000 in any record that an MDT wrote; the field could hold a little more.</summary>
    public uint Nanoseconds => (uint)(Raw & ((1u << NanosecondBits) - 1));

    public static ChangelogTime From(DateTimeOffset time)
    {
        long ticks = Math.Max(0, (time - DateTimeOffset.UnixEpoch).Ticks);
        return new((ulong)(ticks / TimeSpan.TicksPerSecond), (uint)(ticks % TimeSpan.TicksPerSecond) * 100);
    }

    /// <summary>To a tenth of a microsecond.</summary>
    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeSeconds((long)Seconds).AddTicks(Nanoseconds / 100);

    public int CompareTo(ChangelogTime other) => Raw.CompareTo(other.Raw);

    public static bool operator <(ChangelogTime left, ChangelogTime right) => left.Raw < right.Raw;

    public static bool operator >(ChangelogTime left, ChangelogTime right) => left.Raw > right.Raw;

    public static bool operator <=(ChangelogTime left, ChangelogTime right) => left.Raw <= right.Raw;

    public static bool operator >=(ChangelogTime left, ChangelogTime right) => left.Raw >= right.Raw;
}
