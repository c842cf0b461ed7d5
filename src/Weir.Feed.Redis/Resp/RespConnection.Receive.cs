namespace Weir.Feed.Redis.Resp;

/// <content>The receiving side: whole replies are handed over where they lie in the receive buffer.</content>
internal sealed partial class RespConnection
{
    private const int InitialBufferBytes = 64 * 1024;

    /// <summary>A buffer that a large reply has made larger than this is given back after it.</summary>
    private const int KeptBufferBytes = 4 * 1024 * 1024;

    /// <summary>A server that sends less of an unfinished reply than this in the time it has for one is not answering.</summary>
    private const int MinProgressBytes = 4096;

    private readonly RespScanner _scanner;
    private int _progressBytes;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(InitialBufferBytes);
    private int _start;
    private int _end;

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                int read = await _stream.ReadAsync(_buffer.AsMemory(_end));
                if (read == 0) throw new EndOfStreamException("the server closed it");
                _end += read;
                _progressBytes += read;
                HandOver();
                if (_progressBytes >= MinProgressBytes) NoteProgress();
                MakeRoom();
            }
        }
        catch (Exception failed) when (failed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Fail(failed);
        }
        catch (Exception broken) when (broken is ArgumentException or IndexOutOfRangeException or InvalidOperationException or OverflowException)
        {
            // A reply that is well-formed but not shaped as its reader expects.
            Fail(new RespProtocolException($"The server at {Address} gave a reply that cannot be understood: {broken.Message}"));
        }
    }

    private static ReadOnlySpan<byte> Queued => "+QUEUED\r\n"u8;

    private void NoteProgress()
    {
        _progressBytes = 0;
        Volatile.Write(ref _lastActivity, _options.Time.GetTimestamp());
    }

    private void HandOver()
    {
        PassOverQueued();
        while (_start < _end && _scanner.TryFindEnd(_buffer.AsSpan(_start.._end), out int length))
        {
            ReadOnlySpan<byte> reply = _buffer.AsSpan(_start, length);
            _start += length;
            _scanner.Reset();

            // Push messages answer no request; none was subscribed to.
            if (new RespReader(reply).Kind != '>')
            {
                NoteProgress();
                Answer(reply);
            }
            else
            {
                _progressBytes = Math.Max(0, _progressBytes - length);
            }

            PassOverQueued();
        }
    }

    /// <summary>Within a transaction every command is answered that it is queued; these are the most replies that ever come, and say nothing.</summary>
    private void PassOverQueued()
    {
        ReadOnlySpan<byte> received = _buffer.AsSpan(_start.._end);
        if (!_scanner.IsBetweenReplies || !received.StartsWith(Queued)) return;
        int there = 1;
        while (received[(there * Queued.Length)..].StartsWith(Queued)) there++;
        lock (_gate)
        {
            if (!_toAnswer.TryPeek(out RespRequest? head) || head.AskingReplyIsDue) return;
            int index = head.Replies - head.Missing;
            if (index < head.QueuedFrom) return;
            int passed = Math.Min(there, head.QueuedUntil - index);
            if (passed <= 0) return;
            head.Missing -= passed;
            _start += passed * Queued.Length;
        }

        NoteProgress();
    }

    private void Answer(ReadOnlySpan<byte> reply)
    {
        RespRequest request;
        int index;
        lock (_gate)
        {
            if (!_toAnswer.TryPeek(out RespRequest? head))
            {
                if (_failure is not null) return;
                throw new RespProtocolException($"The server at {Address} sent a reply that nothing asked for.");
            }

            request = head;
            if (request.AskingReplyIsDue)
            {
                request.AskingReplyIsDue = false;
                return;
            }

            index = request.Replies - request.Missing;
            request.Missing--;
        }

        // The request stays in line during its last reply, so that it fails with the connection when the reply is bad.
        request.OnReply(reply, index);
        if (index != request.Replies - 1) return;
        lock (_gate)
        {
            if (_failure is not null) return;
            _toAnswer.Dequeue();
            _outstandingBytes -= request.PostedBytes;
            if (_outstandingBytes >= _options.MaxOutstandingBytes / 2 || _room is null) return;
            _room.TrySetResult();
            _room = null;
        }
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer.Length > KeptBufferBytes) _buffer = GC.AllocateUninitializedArray<byte>(InitialBufferBytes);
            return;
        }

        if (_end < _buffer.Length) return;
        int waiting = _end - _start;
        byte[] target = _buffer;

        // Grown only by what has really arrived, never by what a length announces.
        if (waiting > _buffer.Length / 2)
            target = GC.AllocateUninitializedArray<byte>((int)Math.Min(2L * _buffer.Length, _options.Limits.MaxReplyBytes + 2L * InitialBufferBytes));
        _buffer.AsSpan(_start, waiting).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = waiting;
    }
}
