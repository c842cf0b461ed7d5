namespace Weir.Lustre.HsmFiles;

/// <summary>A kind of line that <see cref="HsmFileReader{TLine}"/> can read.</summary>
/// <typeparam name="TSelf">The line itself; its spans point into the bytes it was read from.</typeparam>
public interface IHsmLine<TSelf>
    where TSelf : IHsmLine<TSelf>, allows ref struct
{
    /// <summary>Whether these lines are what the MDT's parameter of that name, <c>mdt.*.hsm.&lt;name&gt;</c>, prints.</summary>
    static abstract bool IsPrintedBy(ReadOnlySpan<byte> parameter);

    /// <summary>Reads one line, given without its newline.</summary>
    static abstract LineError TryParse(ReadOnlySpan<byte> line, out TSelf parsed);
}
