namespace Weir.Hsm.Shipping;

/// <summary>Copies of lines whose meaning shows at the file's end, in one buffer of limited size.</summary>
internal sealed class DeferredLines
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly List<(int Start, int Length)> _lines = [];
    private byte[] _bytes = [];
    private int _used;

    public int Count => _lines.Count;

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_lines[index].Start, _lines[index].Length);

    /// <summary>False when there is no room for the line.</summary>
    public bool TryAdd(ReadOnlySpan<byte> line)
    {
        if (line.Length > MaxBytes - _used) return false;
        if (_bytes.Length < _used + line.Length) Array.Resize(ref _bytes, Math.Min(MaxBytes, Math.Max(2 * _bytes.Length, _used + line.Length)));
        line.CopyTo(_bytes.AsSpan(_used));
        _lines.Add((_used, line.Length));
        _used += line.Length;
        return true;
    }
}
