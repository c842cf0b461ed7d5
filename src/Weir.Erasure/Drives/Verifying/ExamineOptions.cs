namespace Weir.Erasure.Drives.Verifying;

/// <summary>How an object is examined.</summary>
public sealed record ExamineOptions
{
    public VerifyMode Mode { get; init; } = VerifyMode.Normal;

    /// <summary>Whether the object's bytes are put together and their MD5 compared with its ETag, where that is one.</summary>
    public bool ChecksETag { get; init; }

    /// <summary>Whether what the system holds in memory is as good as what is on the drive. Otherwise it is dropped before it is read.</summary>
    public bool TrustsCache { get; init; }
}
