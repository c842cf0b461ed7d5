namespace Weir.Feed.Redis.Appending;

/// <summary>Cuts a batch into pieces that Redis carries out one at a time, so that others get their turn between them.</summary>
internal static class RecordChunks
{
    private const int MaxRecords = 1024;
    private const int MaxBytes = 512 * 1024;

    /// <summary>The length in bytes of the first piece of <paramref name="frames"/>; one record larger than a piece comes whole.</summary>
    public static int Take(ReadOnlySpan<byte> frames, out int count)
    {
        int taken = 0;
        count = 0;
        while (taken < frames.Length && count < MaxRecords)
        {
            int length = FrameLayout.HeaderBytes + FrameLayout.BodyLength(frames[taken..]);
            if (count > 0 && taken + length > MaxBytes) break;
            taken += length;
            count++;
        }

        return taken;
    }
}
