using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Lustre.Llapi;

/// <summary>
/// A registration with the MDTs of one mounted file system: what <c>llapi_hsm_copytool_register</c> gives. Disposing unregisters, as
/// soon as the last <see cref="CopytoolAction"/> begun with it has ended.
/// </summary>
public sealed unsafe partial class CopytoolRegistration : SafeHandle
{
    /// <summary>What <c>llapi_search_fsname</c> may write, with much to spare; names have eight characters at most.</summary>
    private const int FsNameBytes = 256;

    private const int NonBlocking = 0x800;

    private readonly byte[] _mountPoint;

    private CopytoolRegistration(LlapiLibrary library, byte[] mountPoint, string fsName)
        : base(0, ownsHandle: true)
    {
        Library = library;
        _mountPoint = mountPoint;
        FsName = fsName;
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The file system's name, as lists and parameters have it.</summary>
    public string FsName { get; }

    internal LlapiLibrary Library { get; }

    /// <summary>Registers with the MDTs.</summary>
    /// <param name="library">Which liblustreapi.</param>
    /// <param name="mountPoint">A mount point of the file system on this machine.</param>
    /// <param name="archiveIds">For which archives; empty: for all.</param>
    /// <exception cref="LlapiException">It cannot: not a Lustre mount point, no right to, the MDTs are out of reach.</exception>
    public static CopytoolRegistration Register(LlapiLibrary library, string mountPoint, ReadOnlySpan<int> archiveIds)
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentException.ThrowIfNullOrEmpty(mountPoint);
        byte[] path = Encoding.UTF8.GetBytes(mountPoint + '\0');
        var copytool = new CopytoolRegistration(library, path, SearchFsName(library, mountPoint, path));
        int[] ids = archiveIds.ToArray();
        nint registered = 0;
        int rc;
        fixed (byte* mount = path)
        fixed (int* first = ids)
        {
            rc = library.Register(&registered, mount, ids.Length, first, NonBlocking);
        }

        if (rc < 0)
        {
            copytool.Dispose();
            throw new LlapiException($"Registering with Lustre at '{mountPoint}' failed: {LlapiErrno.Text(-rc)}. It takes root, a mounted Lustre client, and hsm_control enabled on its MDTs.", -rc);
        }

        copytool.SetHandle(registered);
        return copytool;
    }

    /// <summary>
    /// Takes the next action list without waiting. False when there is none yet; wait on <see cref="Descriptor"/> then. The bytes are
    /// liblustreapi's, good until the next call.
    /// </summary>
    /// <exception cref="LlapiException">
    /// <see cref="LlapiErrno.Shutdown"/> when the file system goes away, <see cref="LlapiErrno.BrokenPipe"/> and
    /// <see cref="LlapiErrno.Protocol"/> when the kernel's pipe is of no more use: the registration is lost.
    /// </exception>
    public bool TryReceive(out ReadOnlySpan<byte> list)
    {
        byte* bytes;
        int length;
        int rc = Library.Receive(handle, &bytes, &length);
        list = rc == 0 && length > 0 ? new(bytes, length) : default;
        return rc switch
        {
            0 => true,
            -LlapiErrno.TryAgain or -LlapiErrno.Interrupted => false,
            _ => throw new LlapiException($"Receiving requests from Lustre failed: {LlapiErrno.Text(-rc)}.", -rc),
        };
    }

    /// <summary>What to poll for reading. It belongs to liblustreapi.</summary>
    /// <exception cref="LlapiException">The registration is not valid.</exception>
    public int Descriptor()
    {
        int fd = Library.GetDescriptor(handle);
        return fd >= 0 ? fd : throw new LlapiException($"Lustre's registration has no descriptor: {LlapiErrno.Text(-fd)}.", -fd);
    }

    protected override bool ReleaseHandle()
    {
        if (_attachment is { } attachment)
        {
            attachment.Dispose();
            return true;
        }

        nint registered = handle;
        return Library.Unregister(&registered) == 0;
    }

    private static string SearchFsName(LlapiLibrary library, string mountPoint, byte[] path)
    {
        byte* name = stackalloc byte[FsNameBytes];
        new Span<byte>(name, FsNameBytes).Clear();
        fixed (byte* mount = path)
        {
            int rc = library.SearchFsName(mount, name);
            if (rc < 0) throw new LlapiException($"'{mountPoint}' is not on a mounted Lustre file system: {LlapiErrno.Text(-rc)}.", -rc);
        }

        return Marshal.PtrToStringUTF8((nint)name) ?? "";
    }
}
