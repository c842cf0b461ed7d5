using System.Runtime.InteropServices;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Whose file it is, which .NET does not tell: statx(2), whose structure is the same on all processors.</summary>
internal static partial class FileOwner
{
    private const int CurrentDirectory = -100;
    private const uint Owner = 8; // STATX_UID
    private const int OwnerAt = 20;

    /// <summary>Whether it belongs to root or to this process's user.</summary>
    public static bool IsTrusted(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        if (Statx(CurrentDirectory, path, 0, Owner, buffer) != 0) return false;
        uint owner = MemoryMarshal.Read<uint>(buffer[OwnerAt..]);
        return owner == 0 || owner == GetEffectiveUserId();
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
