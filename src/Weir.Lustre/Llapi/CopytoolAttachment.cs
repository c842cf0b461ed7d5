using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Lustre.Llapi;

/// <summary>
/// The head of <c>struct hsm_copytool_private</c> as the action calls of every liblustreapi since 2.12 read it: a magic number, three pointers that
/// they do not follow but for the mount point's name, and the descriptors of the mount point and of its <c>.lustre/fid</c>.
/// </summary>
internal sealed unsafe partial class CopytoolAttachment : IDisposable
{
    private const uint Magic = 0xC0BE2001;
    private const int PathFlags = 0x80000; // O_CLOEXEC, for reading
    private const int StructBytes = 128;

    private readonly SafeFileHandle _mount;
    private readonly SafeFileHandle _byFid;
    private readonly nint _name;

    private CopytoolAttachment(string mountPoint, SafeFileHandle mount, SafeFileHandle byFid)
    {
        (_mount, _byFid) = (mount, byFid);
        _name = Marshal.StringToCoTaskMemUTF8(mountPoint);
        // Larger than any version's struct, the rest of it zero.
        byte* bytes = (byte*)NativeMemory.AllocZeroed(StructBytes);
        *(uint*)bytes = Magic;
        *(nint*)(bytes + sizeof(nint)) = _name;
        *(int*)(bytes + (3 * sizeof(nint))) = (int)mount.DangerousGetHandle();
        *(int*)(bytes + (3 * sizeof(nint)) + sizeof(int)) = (int)byFid.DangerousGetHandle();
        Address = (nint)bytes;
    }

    public nint Address { get; private set; }

    public static CopytoolAttachment Open(string mountPoint)
    {
        SafeFileHandle mount = OpenDirectory(mountPoint);
        try
        {
            return new(mountPoint, mount, OpenDirectory(Path.Combine(mountPoint, ".lustre", "fid")));
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (Address == 0) return;
        NativeMemory.Free((void*)Address);
        Address = 0;
        Marshal.FreeCoTaskMem(_name);
        _mount.Dispose();
        _byFid.Dispose();
    }

    private static SafeFileHandle OpenDirectory(string path)
    {
        int descriptor = Open(path, PathFlags);
        if (descriptor >= 0) return new(descriptor, ownsHandle: true);
        int errno = Marshal.GetLastPInvokeError();
        throw new LlapiException($"Opening '{path}' failed: {LlapiErrno.Text(errno)}. It takes root and a mounted Lustre client.", errno);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);
}
