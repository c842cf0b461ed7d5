namespace Weir.Erasure.Format;

/// <summary>One version of an object as a drive holds it: its header, and its body still as the bytes of the file.</summary>
/// <param name="Header">What the file's header says, or what was derived from the body where the format has none.</param>
/// <param name="RawHeader">The header's bytes (a MessagePack array); empty where it was derived.</param>
/// <param name="RawBody">The body's bytes (a MessagePack map, or an array in the dialect of early RustFS).</param>
public sealed record XlVersion(XlVersionHeader Header, ReadOnlyMemory<byte> RawHeader, ReadOnlyMemory<byte> RawBody)
{
    /// <summary>Reads the body.</summary>
    /// <exception cref="ErasureFormatException">It is damaged, or of a kind that is not known.</exception>
    public XlBody ReadBody() => XlBodyReader.Read(RawBody);
}
