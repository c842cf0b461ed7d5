using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>The extended attributes of a file that go with it into the archive and out of it again: users', access lists, and trusted ones but Lustre's own.</summary>
internal static partial class ExtendedAttributes
{
    /// <summary>All names, and all values, in bytes. What is beyond it is not kept.</summary>
    public const int MostBytes = 1024 * 1024;

    private static readonly string[] Kept = ["user.", "system.posix_acl_access", "trusted."];

    /// <summary>What Lustre keeps of a file for itself, and gives a restored file anew.</summary>
    private static readonly string[] Internal =
        ["trusted.lov", "trusted.lma", "trusted.lmv", "trusted.link", "trusted.fid", "trusted.hsm", "trusted.som", "trusted.version", "trusted.dmv", "trusted.overlay."];

    /// <summary>Those of a file that are kept, name by name; without those that cannot be read.</summary>
    /// <exception cref="MoverException">There are more than <see cref="MostBytes"/> of them.</exception>
    public static SortedDictionary<string, byte[]> Read(SafeFileHandle file, string what)
    {
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        int bytes = 0;
        foreach (string name in List(file, what))
        {
            if (!IsKept(name) || Get(file, name) is not { } value) continue;
            bytes += name.Length + value.Length;
            if (bytes > MostBytes) throw new MoverException(MoverErrno.FileTooBig, $"{what} has more than {MostBytes} bytes of extended attributes");
            found.Add(name, value);
        }

        return found;
    }

    public static bool IsKept(string name) =>
        Array.Exists(Kept, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && !Array.Exists(Internal, own => name.StartsWith(own, StringComparison.Ordinal));

    /// <summary>Null when there is none of this name, or it may not be read.</summary>
    public static byte[]? Get(SafeFileHandle file, string name)
    {
        byte[] value = new byte[64 * 1024];
        nint length = Fgetxattr(file, name, value, (nuint)value.Length);
        return length < 0 ? null : value[..(int)length];
    }

    /// <summary>0, or the errno.</summary>
    public static int Set(SafeFileHandle file, string name, byte[] value) => Fsetxattr(file, name, value, (nuint)value.Length, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static string[] List(SafeFileHandle file, string what)
    {
        for (int room = 4096; room <= MostBytes; room *= 4)
        {
            byte[] names = new byte[room];
            nint length = Flistxattr(file, names, (nuint)room);
            if (length >= 0) return Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            int errno = Marshal.GetLastPInvokeError();
            if (errno == MoverErrno.NotSupported) return [];
            if (errno != MoverErrno.Range) throw MoverException.Of(errno, $"Listing the extended attributes of {what}");
        }

        throw new MoverException(MoverErrno.FileTooBig, $"{what} has more than {MostBytes} bytes of names of extended attributes");
    }

    [LibraryImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    private static partial nint Flistxattr(SafeFileHandle file, byte[] names, nuint size);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Fgetxattr(SafeFileHandle file, string name, byte[] value, nuint size);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Fsetxattr(SafeFileHandle file, string name, byte[] value, nuint size, int flags);
}
