using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>A hash of what must be alike on all drives of a set, version by version: what <see cref="VersionQuorum"/> compares, and the data directory.</summary>
internal struct RecordDigest
{
    private const ulong Prime1 = 0x9e3779b185ebca87;
    private const ulong Prime2 = 0xc2b2ae3d27d4eb4f;

    private ulong _hash;

    public RecordDigest() => _hash = Prime2;

    public readonly ulong Value
    {
        get
        {
            ulong hash = (_hash ^ _hash >> 33) * Prime2;
            return (hash ^ hash >> 29) * Prime1;
        }
    }

    public void Add(long value) => _hash = (BitOperations.RotateLeft(_hash ^ ((ulong)value * Prime2), 31) * Prime1) + Prime2;

    public void Add(Guid value)
    {
        ReadOnlySpan<long> halves = MemoryMarshal.Cast<Guid, long>(new ReadOnlySpan<Guid>(ref value));
        Add(halves[0]);
        Add(halves[1]);
    }

    public void Add(XlBody body)
    {
        Add(body.VersionId);
        Add(body.ModTime);
        Add((long)body.Type);
        if (body.Object is not { } content) return;
        Add((long)content.Dialect << 32 | (long)content.Data << 16 | (long)content.Parity);
        Add(content.BlockSize);
        foreach (int shard in content.Distribution) Add(shard);
        Add(content.Size);
        Add(content.IsRemote ? 1 : 0);
        Add(content.DataDir);
        Add(content.Parts.Count);
        foreach (XlPart part in content.Parts)
        {
            Add(part.Number);
            Add(part.Size);
        }
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        Add(text.Length);
        while (text.Length >= 8)
        {
            Add(MemoryMarshal.Read<long>(text));
            text = text[8..];
        }

        foreach (byte value in text) Add(value);
    }

    public void Add(string text)
    {
        Span<byte> bytes = stackalloc byte[256];
        Add(text.Length <= 80 ? bytes[..Encoding.UTF8.GetBytes(text, bytes)] : Encoding.UTF8.GetBytes(text));
    }
}
