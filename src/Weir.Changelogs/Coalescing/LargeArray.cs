using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Changelogs.Coalescing;

/// <summary>
/// An array that does not move and lies, where the kernel has them to give, in pages of 2 MiB: what is looked up all over it then
/// costs a cache miss, and not a walk through page tables besides.
/// </summary>
internal static unsafe partial class LargeArray
{
    private const nuint HugePageBytes = 2 << 20;

    // MADV_HUGEPAGE of madvise(2).
    private const int AdviseHugePages = 14;

    /// <summary>All zero.</summary>
    public static T[] Allocate<T>(int count)
        where T : unmanaged
    {
        T[] array = GC.AllocateUninitializedArray<T>(count, pinned: true);
        nuint start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)), bytes = (nuint)count * (nuint)sizeof(T);
        nuint from = (start + HugePageBytes - 1) & ~(HugePageBytes - 1), to = (start + bytes) & ~(HugePageBytes - 1);

        // Advice only: a kernel that does not take it leaves the array as good as any other.
        if (OperatingSystem.IsLinux() && to > from) _ = Advise(from, to - from, AdviseHugePages);
        Array.Clear(array);
        return array;
    }

    public static T* Address<T>(T[] array)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint bytes, int advice);
}
