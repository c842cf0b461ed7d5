namespace Weir.Lustre.Changelog;

/// <summary>Reads packed records from a stream of any length through a buffer of a fixed size.</summary>
public sealed class ChangelogBinaryReader : IChangelogSource
{
    private const int MinBufferBytes = 8 * ChangelogRecord.MaxBytes;

    private readonly Stream _stream;
    private readonly byte[] _buffer;
    private int _start;
    private int _end;
    private bool _isAtEnd;
    private long _offset;
    private ulong _lastIndex;
    private ChangelogDamage _pending;

    /// <param name="bufferBytes">How much is read at once.</param>
    public ChangelogBinaryReader(Stream stream, int bufferBytes = 256 * 1024)
    {
        _stream = stream;
        _buffer = new byte[Math.Max(bufferBytes, MinBufferBytes)];
    }

    public long SkippedCount { get; private set; }

    public ChangelogScan Next(out ChangelogRecord record, out ChangelogDamage damage)
    {
        while (true)
        {
            var scanner = new ChangelogScanner(_buffer.AsSpan(_start.._end), _isAtEnd, _lastIndex);
            ChangelogScan found = scanner.Next(out record, out damage);
            if (found == ChangelogScan.Damage)
            {
                Remember(damage);
                Pass(scanner.Position);
                continue;
            }

            // Damage that spans buffers is told once, when what follows it is known.
            if (_pending.Bytes > 0 && (found == ChangelogScan.Record || _isAtEnd))
            {
                damage = _pending;
                _pending = default;
                SkippedCount++;
                return ChangelogScan.Damage;
            }

            if (found == ChangelogScan.Record)
            {
                Pass(scanner.Position);
                _lastIndex = record.Index;
                return found;
            }

            if (_isAtEnd) return ChangelogScan.End;
            Fill();
        }
    }

    private void Remember(ChangelogDamage damage) => _pending = _pending.Bytes == 0
        ? damage with { Offset = _offset + damage.Offset }
        : _pending with { Bytes = (int)Math.Min(int.MaxValue, (long)_pending.Bytes + damage.Bytes) };

    private void Pass(int bytes)
    {
        _start += bytes;
        _offset += bytes;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _isAtEnd = read == 0;
    }
}
