using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives;

/// <summary>The bytes of one shard of one part: a file, or bytes that stood in the metadata.</summary>
internal sealed class ShardSource : IDisposable
{
    private readonly IDriveFile? _file;
    private readonly ReadOnlyMemory<byte> _inline;

    public ShardSource(IDriveFile file, string where)
    {
        _file = file;
        Where = where;
        Length = file.Length;
    }

    public ShardSource(ReadOnlyMemory<byte> inline, string where)
    {
        _inline = inline;
        Where = where;
        Length = inline.Length;
    }

    /// <summary>The file, for messages.</summary>
    public string Where { get; }

    public long Length { get; }

    /// <summary>Reads as much as there is, up to the whole buffer.</summary>
    /// <exception cref="IOException">The drive failed.</exception>
    public int Read(Span<byte> buffer, long offset)
    {
        if (_file is not null) return _file.Read(buffer, offset);
        if (offset >= _inline.Length) return 0;
        ReadOnlySpan<byte> rest = _inline.Span[(int)offset..];
        int taken = Math.Min(rest.Length, buffer.Length);
        rest[..taken].CopyTo(buffer);
        return taken;
    }

    /// <summary>The same, at the pace that the drive is read at.</summary>
    /// <exception cref="IOException">The drive failed.</exception>
    public int Read(Span<byte> buffer, long offset, DriveWorker worker)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int piece = Math.Min(buffer.Length - done, worker.MostAtOnce);
            worker.Admit(1, piece);
            int read = Read(buffer.Slice(done, piece), offset + done);
            done += read;
            if (read < piece) break;
        }

        return done;
    }

    /// <summary>Lets the system forget what it holds of the file in memory.</summary>
    public void DropCache() => _file?.DropCache();

    public void Dispose() => _file?.Dispose();
}
