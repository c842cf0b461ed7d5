namespace Weir.Erasure.Coding;

/// <summary>HighwayHash-256 of data that comes in pieces, such as a whole shard file of the oldest format. Not thread-safe.</summary>
public sealed class HighwayHasher
{
    private readonly CodingPath _path;
    private readonly byte[] _pending = new byte[HighwayState.PacketBytes];
    private HighwayState _state;
    private int _pendingBytes;

    public HighwayHasher(HighwayKey key)
        : this(key, CodingPaths.Current)
    {
    }

    internal HighwayHasher(HighwayKey key, CodingPath path)
    {
        _path = path;
        _state = HighwayState.Start(key);
    }

    public unsafe void Append(ReadOnlySpan<byte> data)
    {
        if (_pendingBytes > 0)
        {
            int taken = Math.Min(data.Length, HighwayState.PacketBytes - _pendingBytes);
            data[..taken].CopyTo(_pending.AsSpan(_pendingBytes));
            _pendingBytes += taken;
            data = data[taken..];
            if (_pendingBytes < HighwayState.PacketBytes) return;
            fixed (byte* packet = _pending) HighwayKernel.Update(_path, ref _state, packet, 1);
            _pendingBytes = 0;
        }

        nuint packets = (nuint)data.Length / HighwayState.PacketBytes;
        fixed (byte* start = data) HighwayKernel.Update(_path, ref _state, start, packets);
        ReadOnlySpan<byte> rest = data[((int)packets * HighwayState.PacketBytes)..];
        rest.CopyTo(_pending);
        _pendingBytes = rest.Length;
    }

    /// <summary>The hash of all that was appended. More may be appended after it.</summary>
    public unsafe void Finish(Span<byte> hash)
    {
        if (hash.Length < HighwayHash256.SizeBytes) throw new ArgumentException($"{hash.Length} bytes do not hold a hash.", nameof(hash));
        HighwayState state = _state;
        fixed (byte* packet = _pending, to = hash)
        {
            if (_pendingBytes > 0) state.MixRemainder(_path, packet, _pendingBytes);
            state.Finish(_path, to);
        }
    }
}
