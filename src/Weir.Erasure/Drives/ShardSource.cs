using Microsoft.Win32.SafeHandles;

namespace Weir.Erasure.Drives;

/// <summary>The bytes of one shard of one part: a file, or bytes that stood in the metadata.</summary>
internal sealed class ShardSource : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly ReadOnlyMemory<byte> _inline;

    public ShardSource(SafeFileHandle file, string where)
    {
        _file = file;
        Where = where;
        Length = RandomAccess.GetLength(file);
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
        if (_file is not null) return DriveFiles.ReadFully(_file, buffer, offset);
        if (offset >= _inline.Length) return 0;
        ReadOnlySpan<byte> rest = _inline.Span[(int)offset..];
        int taken = Math.Min(rest.Length, buffer.Length);
        rest[..taken].CopyTo(buffer);
        return taken;
    }

    public void Dispose() => _file?.Dispose();
}
