using System.Buffers;
using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Reads a piece back from the drive, and not from memory.</summary>
internal static class PieceCheck
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Opens a piece, lets the system forget what it holds of it, and has the drive begin to read; null where it is not there.</summary>
    /// <exception cref="DriveFileException">It cannot be opened.</exception>
    public static IDriveFile? Open(Drive drive, string path)
    {
        IDriveFile? file = drive.Files.TryOpen(path);
        if (file is null) return null;
        file.DropCache();
        file.WillRead(0, Math.Min(file.Length, BufferBytes));
        return file;
    }

    /// <summary>What is wrong with a shard file, or null: its size, and the hash of each block.</summary>
    /// <exception cref="DriveFileException">It cannot be read.</exception>
    public static string? Shard(DriveWorker worker, Drive drive, string path, ShardLayout layout)
    {
        using IDriveFile? file = Open(drive, path);
        return Shard(worker, file, drive, path, layout);
    }

    /// <summary>The same of a file that was opened before.</summary>
    /// <exception cref="DriveFileException">It cannot be read.</exception>
    public static string? Shard(DriveWorker worker, IDriveFile? file, Drive drive, string path, ShardLayout layout)
    {
        string where = $"{drive.Path}/{path}";
        if (file is null) return $"{where} is not there";
        if (file.Length != layout.FileSize) return $"{where} has {file.Length} bytes and not {layout.FileSize}";
        int block = layout.PieceSize + layout.HashBytes, batch = Math.Max(1, BufferBytes / block);
        int most = (int)Math.Min((long)batch * block, layout.FileSize);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return Shard(worker, file, where, layout, buffer.AsSpan(0, most), batch);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? Shard(DriveWorker worker, IDriveFile file, string where, ShardLayout layout, Span<byte> buffer, int batch)
    {
        Span<byte> hash = stackalloc byte[HighwayHash256.SizeBytes];
        for (long first = 0; first < layout.Blocks; first += batch)
        {
            int bytes = (int)Math.Min(buffer.Length, layout.FileSize - layout.OffsetOf(first));
            for (int done = 0, piece; done < bytes; done += piece)
            {
                piece = Math.Min(bytes - done, worker.MostAtOnce);
                worker.Admit(1, piece);
                if (file.Read(buffer.Slice(done, piece), layout.OffsetOf(first) + done) < piece) return $"{where} became shorter while it was read";
            }

            for (long number = first; number < Math.Min(first + batch, layout.Blocks); number++)
            {
                ReadOnlySpan<byte> stored = buffer.Slice((int)(layout.OffsetOf(number) - layout.OffsetOf(first)), layout.HashBytes + layout.PieceSizeOf(number));
                HighwayHash256.Hash(HighwayKey.Shards, stored[layout.HashBytes..], hash);
                if (!stored[..layout.HashBytes].SequenceEqual(hash)) return $"block {number} of {where} does not match its hash";
            }
        }

        return null;
    }

    /// <summary>What is wrong with a small file that must have exactly these bytes, or null.</summary>
    /// <exception cref="DriveFileException">It cannot be read.</exception>
    public static string? Bytes(Drive drive, string path, ReadOnlySpan<byte> expected)
    {
        using IDriveFile? file = Open(drive, path);
        return Bytes(file, drive, path, expected);
    }

    /// <summary>The same of a file that was opened before.</summary>
    /// <exception cref="DriveFileException">It cannot be read.</exception>
    public static string? Bytes(IDriveFile? file, Drive drive, string path, ReadOnlySpan<byte> expected)
    {
        if (file is null) return $"{drive.Path}/{path} is not there";
        byte[] bytes = new byte[expected.Length + 1];
        int read = file.Read(bytes, 0);
        return bytes.AsSpan(0, read).SequenceEqual(expected) ? null : $"{drive.Path}/{path} does not read back as it was written";
    }
}
