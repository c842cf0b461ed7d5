namespace Weir.Lab.Disks;

/// <summary>
/// A file's content in two layers: what the page cache shows, and what is on the platter. A sector is dirty when the cache
/// has something that the next sync must bring to the platter.
/// </summary>
internal sealed class FileNode : Node
{
    public const int SectorBytes = 512;

    private byte[] _cache = [];
    private byte[] _platter = [];
    private long _platterLength;
    private bool _lengthIsDirty;
    private readonly SortedSet<int> _dirtySectors = [];

    public long Length { get; private set; }

    /// <summary>Whether somebody has ever locked the file.</summary>
    public bool IsLock { get; set; }

    /// <summary>Who holds the exclusive lock on this file.</summary>
    public object? LockOwner { get; set; }

    public ReadOnlySpan<byte> Content => _cache.AsSpan(0, (int)Length);

    public int Read(Span<byte> buffer, long offset)
    {
        if (offset >= Length) return 0;
        int count = (int)Math.Min(buffer.Length, Length - offset);
        _cache.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        if (data.IsEmpty) return;
        long end = checked(offset + data.Length);
        Grow(ref _cache, end);
        data.CopyTo(_cache.AsSpan((int)offset));
        MarkDirty(Math.Min(offset, Length), end);
        if (end > Length) SetLength(end);
    }

    public void Truncate(long length)
    {
        if (length < Length)
        {
            _cache.AsSpan((int)length, (int)(Length - length)).Clear();
            MarkDirty(length, Length);
        }
        else
        {
            Grow(ref _cache, length);
            MarkDirty(Length, length);
        }

        SetLength(length);
    }

    public void Sync()
    {
        foreach (int sector in _dirtySectors) CopySector(sector);

        // Data that is written back takes the length along that it needs, also where an earlier sync lost the length.
        long reached = _dirtySectors.Count > 0 ? Math.Min(Length, (_dirtySectors.Max + 1L) * SectorBytes) : 0;
        SetPlatterLength(_lengthIsDirty ? Length : Math.Max(_platterLength, reached));
        ForgetDirty();
    }

    /// <summary>The pages are marked clean although they never reached the platter.</summary>
    public void FailSync() => ForgetDirty();

    /// <summary>What is clean is read from the platter again from now on.</summary>
    public void DropCache()
    {
        for (int sector = 0; (long)sector * SectorBytes < Length; sector++)
        {
            if (_dirtySectors.Contains(sector)) continue;
            Span<byte> cached = Sector(_cache, sector, Length);
            cached.Clear();
            Span<byte> stored = Sector(_platter, sector, Math.Min(Length, _platterLength));
            stored.CopyTo(cached);
        }
    }

    /// <summary>The platter's content becomes the file.</summary>
    public void LosePower(Unsynced unsynced, Random random)
    {
        foreach (int sector in _dirtySectors)
            if (unsynced.Survives(random)) CopySector(sector);
        if (_lengthIsDirty)
        {
            if (unsynced == Unsynced.Kept) SetPlatterLength(Length);
            else if (unsynced == Unsynced.Random) SetPlatterLength(DrawLength(random));
        }

        ForgetDirty();
        SetPlatterLength(_platterLength); // Sectors that came back beyond the end are not part of the file.
        LockOwner = null;
        Length = _platterLength;
        _cache = _platter.AsSpan(0, (int)Length).ToArray();
    }

    public void FlipBit(long offset, int bit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, Length);
        _cache[offset] ^= (byte)(1 << bit);
        if (offset < _platterLength) _platter[offset] ^= (byte)(1 << bit);
    }

    public override Node Clone() => new FileNode
    {
        _cache = [.. _cache],
        _platter = [.. _platter],
        _platterLength = _platterLength,
        _lengthIsDirty = _lengthIsDirty,
        IsLock = IsLock,
        Length = Length,
    }.WithDirty(_dirtySectors);

    private FileNode WithDirty(SortedSet<int> sectors)
    {
        _dirtySectors.UnionWith(sectors);
        return this;
    }

    private long DrawLength(Random random) => random.Next(4) switch
    {
        0 => _platterLength,
        1 => random.NextInt64(Math.Min(_platterLength, Length), Math.Max(_platterLength, Length) + 1),
        _ => Length,
    };

    private void SetLength(long length)
    {
        Length = length;
        _lengthIsDirty = true;
    }

    private void SetPlatterLength(long length)
    {
        Grow(ref _platter, length);
        _platter.AsSpan((int)length).Clear();
        _platterLength = length;
    }

    private void CopySector(int sector)
    {
        Grow(ref _platter, (long)(sector + 1) * SectorBytes);
        Span<byte> stored = _platter.AsSpan(sector * SectorBytes, SectorBytes);
        stored.Clear();
        Sector(_cache, sector, Length).CopyTo(stored);
    }

    private static Span<byte> Sector(byte[] content, int sector, long length)
    {
        int from = (int)Math.Min((long)sector * SectorBytes, length);
        return content.AsSpan(from, (int)Math.Min(SectorBytes, length - from));
    }

    private void MarkDirty(long from, long to)
    {
        for (long sector = from / SectorBytes; sector * SectorBytes < to; sector++) _dirtySectors.Add((int)sector);
    }

    private void ForgetDirty()
    {
        _dirtySectors.Clear();
        _lengthIsDirty = false;
    }

    private static void Grow(ref byte[] content, long length)
    {
        if (length > content.Length) Array.Resize(ref content, checked((int)Math.Max(length, Math.Min(2L * content.Length, Array.MaxLength))));
    }
}
