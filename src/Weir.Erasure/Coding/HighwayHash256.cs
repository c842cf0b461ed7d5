namespace Weir.Erasure.Coding;

/// <summary>HighwayHash with 256 bits of result, the hash that guards every shard block on the drives.</summary>
public static class HighwayHash256
{
    public const int SizeBytes = 32;

    /// <summary>The hash of <paramref name="data"/> into <paramref name="hash"/>, whose first 32 bytes are written.</summary>
    public static void Hash(HighwayKey key, ReadOnlySpan<byte> data, Span<byte> hash) => Hash(CodingPaths.Current, key, data, hash);

    internal static unsafe void Hash(CodingPath path, HighwayKey key, ReadOnlySpan<byte> data, Span<byte> hash)
    {
        CheckRoom(hash, 1);
        HighwayState state = HighwayState.Start(key);
        fixed (byte* start = data, to = hash)
        {
            HighwayKernel.Update(path, ref state, start, (nuint)data.Length / HighwayState.PacketBytes);
            Complete(path, ref state, start, data.Length, to);
        }
    }

    /// <summary>
    /// The hashes of blocks of one length that lie at a fixed distance in a buffer, worked on side by side: much faster than one after
    /// another, because a single stream cannot fill the processor.
    /// </summary>
    /// <param name="key">The key of all blocks.</param>
    /// <param name="buffer">The first block at its start.</param>
    /// <param name="stride">Bytes from a block to the next.</param>
    /// <param name="length">Bytes of each block.</param>
    /// <param name="count">How many blocks.</param>
    /// <param name="hashes">32 bytes per block, in order.</param>
    public static void HashBlocks(HighwayKey key, ReadOnlySpan<byte> buffer, int stride, int length, int count, Span<byte> hashes) =>
        HashBlocks(CodingPaths.Current, key, buffer, stride, length, count, hashes);

    internal static unsafe void HashBlocks(
        CodingPath path, HighwayKey key, ReadOnlySpan<byte> buffer, int stride, int length, int count, Span<byte> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(stride);
        CheckRoom(hashes, count);
        if (count > 0 && (long)(count - 1) * stride + length > buffer.Length)
        {
            throw new ArgumentException($"{count} blocks of {length} bytes every {stride} do not fit into {buffer.Length} bytes.", nameof(buffer));
        }

        if (count == 0) return;
        fixed (byte* start = buffer, to = hashes)
        {
            byte** blocks = stackalloc byte*[HighwayAvx512.MaxStreams];
            for (int first = 0; first < count; first += HighwayAvx512.MaxStreams)
            {
                int width = Math.Min(HighwayAvx512.MaxStreams, count - first);
                for (int i = 0; i < width; i++) blocks[i] = start + (nint)(first + i) * stride;
                HashBlocks(path, key, blocks, length, width, to + first * SizeBytes);
            }
        }
    }

    /// <summary>The hashes of any blocks of one length, up to <see cref="HighwayAvx512.MaxStreams"/> worked on side by side.</summary>
    internal static unsafe void HashBlocks(CodingPath path, HighwayKey key, byte** blocks, int length, int count, byte* hashes)
    {
        HighwayState* states = stackalloc HighwayState[HighwayAvx512.MaxStreams];
        for (int first = 0; first < count; first += HighwayAvx512.MaxStreams)
        {
            int width = Math.Min(HighwayAvx512.MaxStreams, count - first);
            for (int i = 0; i < width; i++) states[i] = HighwayState.Start(key);
            HighwayKernel.UpdateMany(path, states, blocks + first, width, (nuint)length / HighwayState.PacketBytes);
            for (int i = 0; i < width; i++) Complete(path, ref states[i], blocks[first + i], length, hashes + (first + i) * SizeBytes);
        }
    }

    private static unsafe void Complete(CodingPath path, ref HighwayState state, byte* data, int length, byte* hash)
    {
        int rest = length % HighwayState.PacketBytes;
        if (rest != 0) state.MixRemainder(path, data + (length - rest), rest);
        state.Finish(path, hash);
    }

    private static void CheckRoom(Span<byte> hashes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (hashes.Length < (long)count * SizeBytes) throw new ArgumentException($"{hashes.Length} bytes do not hold {count} hashes.", nameof(hashes));
    }
}
