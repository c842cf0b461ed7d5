using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Erasure.Drives.Disks;

/// <summary>A path as the system takes it: UTF-8, ended by a zero byte, on the stack while it is short.</summary>
internal unsafe ref struct NativePath
{
    /// <summary>What callers give of their stack.</summary>
    public const int StackBytes = 512;

    private byte* _allocated;

    public NativePath(Span<byte> stack, string root, string relativePath)
    {
        int most = Encoding.UTF8.GetMaxByteCount(root.Length + relativePath.Length) + 2;
        Span<byte> buffer = stack;
        if (most > stack.Length)
        {
            _allocated = (byte*)NativeMemory.Alloc((nuint)most);
            buffer = new(_allocated, most);
        }

        int length = Encoding.UTF8.GetBytes(root, buffer);
        RootBytes = length;
        if (relativePath.Length > 0)
        {
            buffer[length++] = (byte)'/';
            length += Encoding.UTF8.GetBytes(relativePath, buffer[length..]);
        }

        buffer[length] = 0;
        Length = length;
        // The stack's bytes do not move, and outlive this structure.
        Pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
    }

    public byte* Pointer { get; }

    public int Length { get; }

    /// <summary>Where the root ends.</summary>
    public int RootBytes { get; }

    public void Dispose()
    {
        NativeMemory.Free(_allocated);
        _allocated = null;
    }
}
