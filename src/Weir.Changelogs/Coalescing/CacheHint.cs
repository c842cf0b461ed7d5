using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weir.Changelogs.Coalescing;

/// <summary>Asks the processor for memory that will be wanted soon. Any address will do; where there is no such instruction, nothing happens.</summary>
internal static unsafe class CacheHint
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
