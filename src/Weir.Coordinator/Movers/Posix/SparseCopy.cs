using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>
/// Copies a file's content and computes its digest. Holes stay holes, and blocks of zeros become holes, so that a copy never takes more room than
/// its source.
/// </summary>
internal sealed class SparseCopy(ActionRun run, SafeFileHandle from, string fromName, SafeFileHandle? to, string toName)
{
    private const int ChunkBytes = 1024 * 1024;
    private const int Block = ContentDigest.BlockBytes;

    /// <summary>Copies <paramref name="size"/> bytes; the digest of what was read, in hex.</summary>
    /// <exception cref="MoverException">It cannot be read or written, or ends earlier (EBUSY).</exception>
    public unsafe string Copy(long size, ContentDigest digest)
    {
        byte* chunk = (byte*)NativeMemory.AlignedAlloc(ChunkBytes, Block);
        try
        {
            if (to is not null)
            {
                NativeFiles.SetLength(to, 0, toName);
                NativeFiles.SetLength(to, size, toName);
            }

            Copy(size, digest, new(chunk, ChunkBytes));
            return digest.Finish(size);
        }
        finally
        {
            NativeMemory.AlignedFree(chunk);
        }
    }

    private void Copy(long size, ContentDigest digest, Span<byte> chunk)
    {
        long at = 0;
        while (at < size)
        {
            long data = NativeFiles.NextData(from, at, size) / Block * Block;
            if (data > at)
            {
                long zerosFrom = at;
                digest.AppendZeros(data - at, () => run.Report((ulong)zerosFrom, (ulong)size));
                at = data;
            }

            // From one block's boundary to another's, so that the digest does not depend on where exactly holes are.
            long end = Math.Min(size, (NativeFiles.NextHole(from, Math.Max(at, NativeFiles.NextData(from, at, size)), size) + Block - 1) / Block * Block);
            while (at < end)
            {
                int wanted = (int)Math.Min(chunk.Length, end - at);
                int read = NativeFiles.Read(from, chunk[..wanted], at, fromName);
                if (read < wanted) throw new MoverException(MoverErrno.Busy, $"{fromName} became shorter while it was copied");
                run.Spend(read);
                CopyBlocks(chunk[..read], at, digest);
                at += read;
                run.Report((ulong)at, (ulong)size);
            }
        }
    }

    /// <summary>Writes the runs of blocks that are not all zero.</summary>
    private void CopyBlocks(ReadOnlySpan<byte> bytes, long offset, ContentDigest digest)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            bool isZero = IsZero(BlockAt(bytes, at));
            int start = at;
            do at += BlockAt(bytes, at).Length;
            while (at < bytes.Length && IsZero(BlockAt(bytes, at)) == isZero);

            ReadOnlySpan<byte> found = bytes[start..at];
            if (isZero)
            {
                digest.AppendZeros(found.Length, static () => { });
                continue;
            }

            digest.AppendData(found, offset + start);
            if (to is not null) NativeFiles.Write(to, found, offset + start, toName);
        }
    }

    private static ReadOnlySpan<byte> BlockAt(ReadOnlySpan<byte> bytes, int at) => bytes.Slice(at, Math.Min(Block, bytes.Length - at));

    private static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);
}
