namespace Weir.Erasure.Drives.Making;

/// <summary>Keeps what is written while it is little, and puts it into a file once it is more. An empty one makes no file.</summary>
internal sealed class SpillStream(string path, int keptBytes) : Stream
{
    private MemoryStream _kept = new();
    private FileStream? _file;

    public bool IsSpilled { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>What was kept.</summary>
    public byte[] Kept() => _kept.ToArray();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_file is null && _kept.Length + buffer.Length > keptBytes) Spill();
        if (_file is null) _kept.Write(buffer);
        else _file.Write(buffer);
    }

    public override void Flush() => _file?.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file?.Dispose();
        base.Dispose(disposing);
    }

    private void Spill()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 256 << 10);
        IsSpilled = true;
        _file.Write(_kept.GetBuffer(), 0, (int)_kept.Length);
        _kept = new();
    }
}
