using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Weir.Erasure.Drives.Walking;
using Weir.Feed.Disks;

namespace Weir.Health.Scanning.Choosing;

/// <summary>An object as a scan saw it last.</summary>
/// <param name="Path">"bucket/stored key".</param>
/// <param name="Stamp">Of its metadata; 0 where it was not known.</param>
/// <param name="ScannedAt">When it was looked at last, in seconds since 1970; 0: never.</param>
internal readonly record struct CatalogueEntry(string Path, ulong Stamp, long ScannedAt);

/// <summary>
/// Reads a catalogue: the objects of a unit in the order of the walk, each as the length of what its path shares with the one before, the
/// length of the rest, the rest, the stamp and the time, all little-endian. Goes forward only.
/// </summary>
internal sealed class CatalogueReader : IDisposable
{
    private const int BufferBytes = 64 << 10;

    private readonly IDiskFile? _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private byte[] _path = new byte[1024];
    private int _start;
    private int _end;
    private long _offset;
    private CatalogueEntry? _next;

    public CatalogueReader(IDisk disk, string path)
    {
        _file = disk.OpenRead(path);
        Exists = _file is not null;
        Advance();
    }

    /// <summary>Whether there is one: an object that it lacks is new then.</summary>
    public bool Exists { get; }

    /// <summary>What is known of an object; null where nothing is. Paths must come in the order of the walk.</summary>
    public CatalogueEntry? Find(string path)
    {
        while (_next is { } next)
        {
            int order = WalkRules.Compare(next.Path, path);
            if (order > 0) return null;
            Advance();
            if (order == 0) return next;
        }

        return null;
    }

    public void Dispose() => _file?.Dispose();

    private void Advance()
    {
        _next = null;
        if (!TryTake(4, out ReadOnlySpan<byte> head)) return;
        int shared = BinaryPrimitives.ReadUInt16LittleEndian(head), rest = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);
        if (!TryTake(rest + 16, out ReadOnlySpan<byte> body)) return;
        if (shared + rest > _path.Length) Array.Resize(ref _path, 2 * (shared + rest));
        body[..rest].CopyTo(_path.AsSpan(shared));
        _next = new(Encoding.UTF8.GetString(_path, 0, shared + rest), BinaryPrimitives.ReadUInt64LittleEndian(body[rest..]), BinaryPrimitives.ReadInt64LittleEndian(body[(rest + 8)..]));
    }

    /// <summary>False at the end, and where it is torn.</summary>
    private bool TryTake(int bytes, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (_file is null || bytes > BufferBytes) return false;
        if (_end - _start < bytes)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            while (_end < bytes && _file.Read(_buffer.AsSpan(_end), _offset) is > 0 and int read) (_end, _offset) = (_end + read, _offset + read);
            if (_end < bytes) return false;
        }

        taken = _buffer.AsSpan(_start, bytes);
        _start += bytes;
        return true;
    }
}

/// <summary>Writes a catalogue piece by piece; what counts of it is said elsewhere, and the rest of a killed process is written over.</summary>
internal sealed class CatalogueWriter(IDisk disk, string path, long length)
{
    private readonly ArrayBufferWriter<byte> _waiting = new();
    private byte[] _last = [];
    private long _length = length;

    public void Add(in CatalogueEntry entry)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Path);
        int shared = _last.AsSpan().CommonPrefixLength(name);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)shared);
        BinaryPrimitives.WriteUInt16LittleEndian(number[2..], (ushort)(name.Length - shared));
        _waiting.Write(number[..4]);
        _waiting.Write(name.AsSpan(shared));
        BinaryPrimitives.WriteUInt64LittleEndian(number, entry.Stamp);
        _waiting.Write(number);
        BinaryPrimitives.WriteInt64LittleEndian(number, entry.ScannedAt);
        _waiting.Write(number);
        _last = name;
    }

    /// <summary>Makes durable what was added; gives the length that counts.</summary>
    /// <exception cref="IOException">It could not be written; it can be tried again.</exception>
    public long Flush()
    {
        if (_waiting.WrittenCount == 0) return _length;
        using (IDiskFile file = disk.OpenWrite(path))
        {
            file.Truncate(_length);
            file.Write(_waiting.WrittenSpan, _length);
            file.Sync();
        }

        _length += _waiting.WrittenCount;
        _waiting.ResetWrittenCount();
        return _length;
    }
}
