using System.Buffers.Binary;
using System.Numerics;

namespace Weir.Erasure.Coding;

/// <summary>SipHash-2-4 with 64 bits of result: it chooses an object's set. The algorithm: Aumasson and Bernstein, "SipHash: a fast
/// short-input PRF", 2012.</summary>
public static class SipHash
{
    /// <param name="key0">Bytes 0 to 7 of the key, little-endian.</param>
    /// <param name="key1">Bytes 8 to 15 of the key, little-endian.</param>
    /// <param name="data">What is hashed.</param>
    public static ulong Hash(ulong key0, ulong key1, ReadOnlySpan<byte> data)
    {
        var state = new State(key0, key1);
        ulong last = (ulong)data.Length << 56;
        for (; data.Length >= 8; data = data[8..]) state.Mix(BinaryPrimitives.ReadUInt64LittleEndian(data));
        for (int i = 0; i < data.Length; i++) last |= (ulong)data[i] << 8 * i;
        state.Mix(last);
        return state.Finish();
    }

    private struct State(ulong key0, ulong key1)
    {
        private ulong _v0 = key0 ^ 0x736f6d6570736575;
        private ulong _v1 = key1 ^ 0x646f72616e646f6d;
        private ulong _v2 = key0 ^ 0x6c7967656e657261;
        private ulong _v3 = key1 ^ 0x7465646279746573;

        public void Mix(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        public ulong Finish()
        {
            _v2 ^= 0xff;
            for (int i = 0; i < 4; i++) Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Round()
        {
            _v0 += _v1;
            _v2 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v1;
            _v0 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
