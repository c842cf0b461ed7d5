namespace Weir.Feed;

/// <summary>The sizes a record may have; every engine refuses more.</summary>
public static class RecordLimits
{
    /// <summary>Type, source and subject, each.</summary>
    public const int MaxNameBytes = 8 * 1024;

    /// <summary>Type, source, subject and data together.</summary>
    public const int MaxBodyBytes = 16 * 1024 * 1024;
}
