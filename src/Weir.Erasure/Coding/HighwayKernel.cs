namespace Weir.Erasure.Coding;

/// <summary>Mixes whole packets of 32 bytes into one state, or into several that stand side by side.</summary>
internal static unsafe class HighwayKernel
{
    /// <summary>Mixes <paramref name="packets"/> packets of 32 bytes into a state.</summary>
    public static void Update(CodingPath path, ref HighwayState state, byte* data, nuint packets)
    {
        switch (path)
        {
            case CodingPath.Scalar: HighwayScalar.Update(ref state, data, packets); break;
            case CodingPath.Vector128: HighwayVector128<PortableWidening>.Update(ref state, data, packets); break;
            case CodingPath.Ssse3: HighwayVector128<SseWidening>.Update(ref state, data, packets); break;
            default: HighwayAvx2.Update(ref state, data, packets); break;
        }
    }

    /// <summary>
    /// The same for <paramref name="count"/> independent streams of one length. A single stream waits for its own multiplications;
    /// several at once do not.
    /// </summary>
    public static void UpdateMany(CodingPath path, HighwayState* states, byte** data, int count, nuint packets)
    {
        int done = 0;
        if (path is CodingPath.Avx512 or CodingPath.GfniAvx512)
        {
            for (; count - done >= 7; done += Math.Min(8, count - done)) Fill(HighwayAvx512.MaxStreams, states, data, done, count, packets);
            for (; count - done >= 5; done += Math.Min(6, count - done)) Fill(6, states, data, done, count, packets);
            for (; count - done >= 3; done += Math.Min(4, count - done)) Fill(4, states, data, done, count, packets);
            for (; count - done >= 2; done += 2) HighwayAvx512.Update2(states + done, data + done, packets);
        }
        else if (path is CodingPath.Avx2 or CodingPath.GfniAvx2)
        {
            for (; count - done >= 3; done += 3) HighwayAvx2.Update3(states + done, data + done, packets);
            for (; count - done >= 2; done += 2) HighwayAvx2.Update2(states + done, data + done, packets);
        }

        for (; done < count; done++) Update(path, ref states[done], data[done], packets);
    }

    /// <summary>An odd number of streams is filled up with a spare state that reads the last stream again.</summary>
    private static void Fill(int width, HighwayState* states, byte** data, int first, int count, nuint packets)
    {
        if (count - first >= width)
        {
            Wide(width, states + first, data + first, packets);
            return;
        }

        HighwayState* filled = stackalloc HighwayState[HighwayAvx512.MaxStreams];
        byte** sources = stackalloc byte*[HighwayAvx512.MaxStreams];
        for (int i = 0; i < width; i++)
        {
            int from = Math.Min(first + i, count - 1);
            filled[i] = states[from];
            sources[i] = data[from];
        }

        Wide(width, filled, sources, packets);
        for (int i = first; i < count; i++) states[i] = filled[i - first];
    }

    private static void Wide(int width, HighwayState* states, byte** data, nuint packets)
    {
        switch (width)
        {
            case 4: HighwayAvx512.Update4(states, data, packets); break;
            case 6: HighwayAvx512.Update6(states, data, packets); break;
            default: HighwayAvx512.Update8(states, data, packets); break;
        }
    }
}
