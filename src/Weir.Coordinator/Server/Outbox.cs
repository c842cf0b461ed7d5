using System.Diagnostics.CodeAnalysis;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>What is to be sent to one peer: written by one thread, taken by another, in two buffers that change places.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing that has to be given back.")]
internal sealed class Outbox(int maxUnsentBytes)
{
    /// <summary>A buffer beyond this is kept only while it is about as large as what goes through it.</summary>
    private const int KeptBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _filled = new(0, 1);
    private readonly SemaphoreSlim _emptied = new(0, 1);
    private JsonComposer _writing = new();
    private JsonComposer _sending = new();
    private bool _isComplete;
    private bool _isAbandoned;
    private bool _isWaitedFor;

    public void Write(ReadOnlySpan<byte> json)
    {
        lock (_gate)
        {
            if (!_isAbandoned) _writing.Raw(json);
        }
    }

    public void Write<T>(T content, Action<JsonComposer, T> compose)
    {
        lock (_gate)
        {
            if (_isAbandoned) return;
            _writing.BeginMessage();
            compose(_writing, content);
        }
    }

    public void Flush() => Signal(_filled);

    public void Complete()
    {
        lock (_gate) _isComplete = true;
        Signal(_filled);
    }

    /// <summary>Nobody sends any more; what is written is thrown away.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isAbandoned = true;
            _writing.Clear(0);
            Signal(_emptied);
        }
    }

    /// <summary>All that is there to be sent; empty when nothing will come any more. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                _sending.Clear(Math.Max(KeptBytes, 4 * Math.Min(_sending.Length, maxUnsentBytes)));
                (_writing, _sending) = (_sending, _writing);
                if (_isWaitedFor) Signal(_emptied);
                if (_sending.Length > 0 || _isComplete) return _sending.WrittenMemory;
            }

            await _filled.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the peer has read so much that more may be asked of the server.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                _isWaitedFor = !_isAbandoned && _writing.Length > maxUnsentBytes;
                if (!_isWaitedFor) return;
            }

            await _emptied.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Signal(SemaphoreSlim semaphore)
    {
        lock (_gate)
        {
            if (semaphore.CurrentCount == 0) semaphore.Release();
        }
    }
}
