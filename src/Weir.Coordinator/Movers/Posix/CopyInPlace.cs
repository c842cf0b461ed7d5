using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>The copy that stands under a fid, and what its manifest says of it.</summary>
internal static class CopyInPlace
{
    /// <summary>Whether the manifest tells of the copy that stands there, or there is none.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">The copy's name.</param>
    /// <param name="logger">Told when the manifest cannot be used.</param>
    /// <param name="fid">Whose it is.</param>
    /// <param name="version">What it tells; null when there is no copy.</param>
    public static bool IsKnown(SafeFileHandle directory, string name, ILogger logger, Fid fid, out CopyVersion? version)
    {
        version = null;
        using SafeFileHandle? copy = NativeFiles.OpenAt(directory, name, NativeFiles.ReadOnly | NativeFiles.NonBlocking, 0, out int errno);
        if (copy is null) return errno == MoverErrno.NoEntry;
        FileStatus status = NativeFiles.Status(copy, name);
        try
        {
            version = ReadManifest(directory, name)?.Find(status.Size, status.ModifiedNs);
        }
        catch (FormatException exception)
        {
            MoverLog.NotKept(logger, fid, "the checksum of the copy before", exception.Message);
        }

        return version is not null;
    }

    /// <summary>Null when there is none.</summary>
    /// <exception cref="FormatException">It cannot be used; the message says why.</exception>
    public static CopyManifest? ReadManifest(SafeFileHandle directory, string name)
    {
        using SafeFileHandle? file = NativeFiles.OpenAt(directory, name + CopyManifest.Suffix, NativeFiles.ReadOnly | NativeFiles.NonBlocking, 0, out int errno);
        if (file is null) return errno == MoverErrno.NoEntry ? null : throw new FormatException(MoverException.Of(errno, "it cannot be opened").Message);
        FileStatus status = NativeFiles.Status(file, name);
        if (!status.IsRegular || status.Size > CopyManifest.MostBytes) throw new FormatException($"it is no regular file, or larger than {CopyManifest.MostBytes} bytes");
        byte[] text = new byte[status.Size];
        int read = NativeFiles.Read(file, text, 0, name + CopyManifest.Suffix);
        return CopyManifest.Read(text.AsMemory(0, read), name);
    }
}
