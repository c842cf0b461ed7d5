using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>
/// Reads places of a file through a few large windows. Reading and not mapping: a file that is cut or whose disk fails gives an error
/// then, where a mapping would end the process. Not thread-safe.
/// </summary>
internal sealed class FileWindows(string path) : IDisposable
{
    private const int WindowBits = 17;
    private const int WindowBytes = 1 << WindowBits;
    private const int MostWindows = 16;

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
    private readonly List<Window> _windows = [];
    private Window?[] _byNumber = [];
    private Window? _last;
    private byte[] _across = [];
    private int _hand;
    private long _size = -1;

    /// <summary>The file's size now.</summary>
    public long SizeBytes => RandomAccess.GetLength(_file);

    /// <summary>Forgets what was read: a file that is written to is read again.</summary>
    public void Forget()
    {
        _size = SizeBytes;
        foreach (Window window in _windows) window.Number = -1;
        Array.Clear(_byNumber);
        _last = null;
    }

    /// <summary>The bytes from a place on, at most as many as asked for, fewer at the file's end. Valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<byte> Read(long offset, int length)
    {
        if (_size < 0) _size = SizeBytes;
        if (offset < 0 || offset >= _size) return default;
        long number = offset >> WindowBits;
        int at = (int)(offset & (WindowBytes - 1));
        Window window = _last is { } last && last.Number == number ? last : Load(number);
        if (at + length <= WindowBytes) return at >= window.Length ? default : window.Bytes.AsSpan(at, Math.Min(length, window.Length - at));
        if (_across.Length < length) _across = new byte[Math.Max(length, 4096)];
        int copied = 0;
        while (copied < length)
        {
            ReadOnlySpan<byte> piece = at >= window.Length ? default : window.Bytes.AsSpan(at, Math.Min(length - copied, window.Length - at));
            if (piece.IsEmpty) break;
            piece.CopyTo(_across.AsSpan(copied));
            copied += piece.Length;
            at = 0;
            if (copied == length || ++number << WindowBits >= _size) break;
            window = Load(number);
        }

        return _across.AsSpan(0, copied);
    }

    public void Dispose() => _file.Dispose();

    private Window Load(long number)
    {
        if (number < _byNumber.Length && _byNumber[number] is { } there)
        {
            there.IsUsed = true;
            return _last = there;
        }

        if (number >= _byNumber.Length) Array.Resize(ref _byNumber, checked((int)Math.Max(number + 1, _byNumber.Length * 2L)));
        Window window = Take();
        window.Length = 0;
        window.Number = -1;
        while (window.Length < WindowBytes)
        {
            int read = RandomAccess.Read(_file, window.Bytes.AsSpan(window.Length), (number << WindowBits) + window.Length);
            if (read == 0) break;
            window.Length += read;
        }

        window.Number = number;
        window.IsUsed = true;
        _byNumber[number] = window;
        return _last = window;
    }

    /// <summary>A new window, or one that was not used lately.</summary>
    private Window Take()
    {
        if (_windows.Count < MostWindows)
        {
            var added = new Window();
            _windows.Add(added);
            return added;
        }

        while (true)
        {
            Window window = _windows[_hand];
            _hand = (_hand + 1) % MostWindows;
            if (window.IsUsed)
            {
                window.IsUsed = false;
                continue;
            }

            if (window.Number >= 0) _byNumber[window.Number] = null;
            return window;
        }
    }

    private sealed class Window
    {
        public readonly byte[] Bytes = GC.AllocateUninitializedArray<byte>(WindowBytes);
        public long Number = -1;
        public int Length;
        public bool IsUsed;
    }
}
