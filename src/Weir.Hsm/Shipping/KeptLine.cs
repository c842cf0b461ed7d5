namespace Weir.Hsm.Shipping;

/// <summary>A copy of one line, for while its reader goes elsewhere.</summary>
internal sealed class KeptLine
{
    private byte[] _line = [];
    private int _length;

    public ReadOnlySpan<byte> Line => _line.AsSpan(0, _length);

    public void Keep(ReadOnlySpan<byte> line)
    {
        if (_line.Length < line.Length) _line = new byte[line.Length];
        line.CopyTo(_line);
        _length = line.Length;
    }
}
