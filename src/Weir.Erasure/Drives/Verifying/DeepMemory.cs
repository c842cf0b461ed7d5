using System.Runtime.InteropServices;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>Memory for the shards that are being read: so much at a time and no more, and used again.</summary>
internal sealed unsafe class DeepMemory : IDisposable
{
    /// <summary>What all readings together may hold; one alone may hold more.</summary>
    private const long MaxBytes = 40 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = new();
    private readonly List<(nint Memory, long Bytes)> _kept = [];
    private long _used;
    private bool _isDisposed;

    /// <summary>Waits for a share.</summary>
    public Task ReserveAsync(long bytes)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, turn));
            return turn.Task;
        }
    }

    public void Release(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            while (_waiting.TryPeek(out var next) && Fits(next.Bytes))
            {
                _waiting.Dequeue();
                _used += next.Bytes;
                next.Turn.SetResult();
            }
        }
    }

    /// <summary>Memory on a page's border, with whatever stood there last.</summary>
    public nint Take(ref long bytes)
    {
        lock (_gate)
        {
            for (int i = 0; i < _kept.Count; i++)
            {
                (nint memory, long size) = _kept[i];
                if (size < bytes || size > 2 * bytes) continue;
                _kept.RemoveAt(i);
                bytes = size;
                return memory;
            }
        }

        return (nint)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
    }

    public void Give(nint memory, long bytes)
    {
        lock (_gate)
        {
            if (!_isDisposed && _kept.Sum(kept => kept.Bytes) + bytes <= MaxBytes)
            {
                _kept.Add((memory, bytes));
                return;
            }
        }

        NativeMemory.AlignedFree((void*)memory);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach ((nint memory, _) in _kept) NativeMemory.AlignedFree((void*)memory);
            _kept.Clear();
        }
    }

    private bool Fits(long bytes) => _used == 0 || _used + bytes <= MaxBytes;
}
