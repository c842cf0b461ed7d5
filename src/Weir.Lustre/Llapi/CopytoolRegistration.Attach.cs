using System.Text;

namespace Weir.Lustre.Llapi;

/// <content>Without the MDTs: for whoever has his requests from a coordinator.</content>
public sealed unsafe partial class CopytoolRegistration
{
    private const int LongestPath = 4096;

    private readonly CopytoolAttachment? _attachment;

    private CopytoolRegistration(LlapiLibrary library, byte[] mountPoint, string fsName, CopytoolAttachment attachment)
        : this(library, mountPoint, fsName)
    {
        _attachment = attachment;
        SetHandle(attachment.Address);
    }

    /// <summary>
    /// Opens the mount point so that actions can be begun and ended, without registering: the MDTs send nothing here, and there is nothing to
    /// receive.
    /// </summary>
    /// <param name="library">Which liblustreapi.</param>
    /// <param name="mountPoint">A mount point of the file system on this machine.</param>
    /// <exception cref="LlapiException">It cannot: not a Lustre mount point, or no right to open files by their fids.</exception>
    public static CopytoolRegistration Attach(LlapiLibrary library, string mountPoint)
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentException.ThrowIfNullOrEmpty(mountPoint);
        byte[] path = Encoding.UTF8.GetBytes(mountPoint + '\0');
        string fsName = SearchFsName(library, mountPoint, path);
        return new(library, path, fsName, CopytoolAttachment.Open(mountPoint));
    }

    /// <summary>A path of the file below the mount point, its first link; null when it has none, or the library cannot tell.</summary>
    public string? FindPath(Fid fid)
    {
        if (Library.FidToPath == null) return null;
        byte[] text = Encoding.ASCII.GetBytes($"[{fid}]\0");
        byte[] found = new byte[LongestPath];
        long record = -1;
        int link = 0;
        fixed (byte* mount = _mountPoint)
        fixed (byte* name = text)
        fixed (byte* path = found)
        {
            if (Library.FidToPath(mount, name, path, found.Length, &record, &link) != 0) return null;
        }

        int length = found.AsSpan().IndexOf((byte)0);
        return length <= 0 ? null : Encoding.UTF8.GetString(found, 0, length).TrimStart('/');
    }
}
