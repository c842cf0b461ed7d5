using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>
/// Gives the bytes of an object from its shards, any part of it, of any size, in bounded memory. What is given was checked block by
/// block; a block that too few good shards are left of is an error, after everything before it was given.
/// </summary>
public sealed class ObjectReader
{
    private readonly LocatedObject _located;

    /// <param name="located">From <see cref="ObjectLocator"/>.</param>
    public ObjectReader(LocatedObject located) => _located = located;

    /// <summary>Stored bytes of the object.</summary>
    public long Length => _located.Content.Size;

    /// <summary>What was rebuilt so far.</summary>
    public RebuildLedger Ledger { get; } = new();

    /// <summary>Writes bytes of the object.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="offset">The first byte, at most <see cref="Length"/>.</param>
    /// <param name="length">How many, at most what is there.</param>
    /// <param name="cancellationToken">Stops between batches of blocks.</param>
    /// <exception cref="ObjectUnavailableException">Too little is left of it.</exception>
    public async Task CopyToAsync(Stream destination, long offset, long length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        long partStart = 0;
        foreach (XlPart part in _located.Content.Parts)
        {
            long from = Math.Max(offset, partStart), to = Math.Min(offset + length, partStart + part.Size);
            if (from < to)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var reader = new PartReader(_located, part, Ledger);
                await reader.CopyToAsync(destination, from - partStart, to - from, cancellationToken).ConfigureAwait(false);
            }

            partStart += part.Size;
        }
    }
}
