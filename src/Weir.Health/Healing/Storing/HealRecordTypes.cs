namespace Weir.Health.Healing.Storing;

/// <summary>The types of the records of repairs.</summary>
public static class HealRecordTypes
{
    /// <summary>On <see cref="HealthTopics.Requests"/>: somebody asks for a repair.</summary>
    public static ReadOnlySpan<byte> Requested => "HealRequested"u8;

    /// <summary>Taken in, or waiting again after it was told to be tried again.</summary>
    public static ReadOnlySpan<byte> Queued => "HealQueued"u8;

    /// <summary>Asked for again, by somebody who wants more.</summary>
    public static ReadOnlySpan<byte> Promoted => "HealPromoted"u8;

    /// <summary>The process begins that does the repairs: what ran before it was interrupted.</summary>
    public static ReadOnlySpan<byte> Opened => "HealerOpened"u8;

    public static ReadOnlySpan<byte> Started => "HealStarted"u8;

    /// <summary>Put off: beside a server damage must be seen twice, and young versions settle.</summary>
    public static ReadOnlySpan<byte> Deferred => "HealDeferred"u8;

    public static ReadOnlySpan<byte> Completed => "HealCompleted"u8;

    /// <summary>A try failed; with <c>retry_at</c> there will be another.</summary>
    public static ReadOnlySpan<byte> Failed => "HealFailed"u8;

    public static ReadOnlySpan<byte> Cancelled => "HealCancelled"u8;

    /// <summary>Taken off the list of errors.</summary>
    public static ReadOnlySpan<byte> Dismissed => "HealDismissed"u8;
}
