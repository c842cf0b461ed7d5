namespace Weir.Lustre.Changelog;

/// <summary>
/// Reads the output of <c>lfs changelog</c> from a stream of any length. A line that does not start as a record belongs to the
/// name of the one before it, newline included; a record is known to be whole when the next one starts, or the stream ends.
/// </summary>
public sealed class ChangelogTextReader : IChangelogSource
{
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _record = new byte[ChangelogRecord.MaxBytes];
    private int _start;
    private int _end;
    private bool _isAtEnd;
    private long _lineNumber = 1;
    private ulong _lastIndex;

    public ChangelogTextReader(Stream stream) => _stream = stream;

    public long SkippedCount { get; private set; }

    /// <summary>Whether the stream ended within a line; that record was read as far as it goes.</summary>
    public bool IsIncomplete { get; private set; }

    public ChangelogScan Next(out ChangelogRecord record, out ChangelogDamage damage)
    {
        record = default;
        damage = default;
        if (!TryTakeLines(out int start, out int length, out int lines, out bool isTooLong)) return ChangelogScan.End;
        ReadOnlySpan<byte> text = _buffer.AsSpan(start, length);
        ChangelogFields fields = default;
        ChangelogError error = isTooLong ? ChangelogError.TooLong : ChangelogLine.TryParse(text, out fields);
        long at = _lineNumber;
        _lineNumber += lines;
        if (error != ChangelogError.None)
        {
            damage = new(at, length, error, _lastIndex);
            SkippedCount++;
            return ChangelogScan.Damage;
        }

        int written = fields.Write(_record);
        _lastIndex = fields.Index;
        error = ChangelogRecord.TryParse(_record.AsSpan(0, written), out record);
        if (error != ChangelogError.None) throw new InvalidOperationException($"A record that was just written cannot be read: {error}.");
        return ChangelogScan.Record;
    }

    /// <summary>Takes the lines of one record, or one line that belongs to none; of what is too long, the first part stands for all.</summary>
    private bool TryTakeLines(out int start, out int length, out int lines, out bool isTooLong)
    {
        lines = 0;
        isTooLong = false;
        length = 0;
        start = _start;
        int used = 0;
        while (true)
        {
            int newline = _buffer.AsSpan((_start + used).._end).IndexOf((byte)'\n');
            if (newline < 0 && !_isAtEnd)
            {
                if (_end - _start > ChangelogText.MaxBytes)
                {
                    // What is whole goes out first.
                    if (lines > 0) break;
                    PassOverlong(ref used, ref lines);
                    isTooLong = true;
                    length = Math.Min(used, ChangelogText.MaxBytes);
                    return true;
                }

                Fill();
                start = _start;
                continue;
            }

            int lineLength = newline < 0 ? _end - _start - used : newline;
            if (newline < 0 && lineLength == 0 && lines == 0) return false;
            ReadOnlySpan<byte> line = _buffer.AsSpan(_start + used, lineLength);
            bool goesOn = lines > 0 && (lineLength > 0 || newline >= 0) && !ChangelogLine.IsStart(line)
                && used + lineLength <= ChangelogText.MaxBytes && ChangelogLine.IsStart(_buffer.AsSpan(_start, length));
            if (lines > 0 && !goesOn) break;
            length = used + lineLength;
            used = length + (newline < 0 ? 0 : 1);
            lines++;
            if (newline < 0)
            {
                IsIncomplete = true;
                break;
            }
        }

        _start += used;
        return true;
    }

    /// <summary>Drops a line longer than any record, without keeping it.</summary>
    private void PassOverlong(ref int used, ref int lines)
    {
        used = _end - _start;
        lines++;
        _start = _end;
        while (true)
        {
            int read = _stream.Read(_buffer, ChangelogText.MaxBytes, _buffer.Length - ChangelogText.MaxBytes);
            if (read == 0)
            {
                _isAtEnd = true;
                _start = _end = 0;
                IsIncomplete = true;
                return;
            }

            int newline = _buffer.AsSpan(ChangelogText.MaxBytes, read).IndexOf((byte)'\n');
            if (newline < 0) continue;
            _start = ChangelogText.MaxBytes + newline + 1;
            _end = ChangelogText.MaxBytes + read;
            return;
        }
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
