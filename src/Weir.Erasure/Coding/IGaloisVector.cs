namespace Weir.Erasure.Coding;

/// <summary>
/// How one instruction set multiplies a vector of bytes by a coefficient. Where that is done by nibble tables, a datum is split into its
/// low and high nibbles once and both halves of the table are looked up; with GFNI the high half stays unused.
/// </summary>
/// <typeparam name="TVector">The register: a vector of bytes.</typeparam>
internal unsafe interface IGaloisVector<TVector>
    where TVector : struct
{
    static abstract int SizeBytes { get; }

    static abstract int EntryBytes { get; }

    static abstract TVector Load(byte* from);

    static abstract void Store(TVector value, byte* to);

    /// <summary>Asks for input further on, for two registers. It pays where a step is two cache lines and waits for memory.</summary>
    static abstract void Prefetch(byte* input);

    static abstract TVector Low(TVector value);

    static abstract TVector High(TVector value);

    static abstract TVector LowTable(byte* entry);

    static abstract TVector HighTable(byte* entry);

    /// <summary>The sum and the product of the datum with the coefficient, added.</summary>
    static abstract TVector Accumulate(TVector sum, TVector low, TVector high, TVector lowTable, TVector highTable);
}
