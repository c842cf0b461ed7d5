namespace Weir.Erasure.Coding;

/// <summary>The operations of one path, as the self-test calls them.</summary>
internal class CodingKernels(CodingPath path)
{
    public CodingPath Path => path;

    public virtual void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => HighwayHash256.Hash(path, HighwayKey.Shards, data, hash);

    public virtual void HashBlocks(ReadOnlySpan<byte> buffer, int length, int count, Span<byte> hashes) =>
        HighwayHash256.HashBlocks(path, HighwayKey.Shards, buffer, length, length, count, hashes);

    public virtual void Encode(int data, int parity, Span<byte> stripe, int length) => new ReedSolomon(data, parity, path).Encode(stripe, length, length);

    public virtual void Rebuild(int data, int parity, uint lost, Span<byte> stripe, int length) =>
        new ReedSolomon(data, parity, path).PlanRebuild((1u << (data + parity)) - 1 & ~lost, lost).Run(stripe, length, length);
}
