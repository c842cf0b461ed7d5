using System.Runtime.InteropServices;

namespace Weir.Server.Feeds;

/// <summary>What a path names.</summary>
internal enum UnixFileType
{
    None = 0,
    Fifo = 0x1000,
    Socket = 0xC000,
    Other = 1,
}

/// <summary>Tells FIFOs and sockets from other files, which the framework does not: statx(2).</summary>
internal static partial class UnixFile
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint WantsType = 1;
    private const int TypeMask = 0xF000;

    /// <summary>struct statx, of which stx_mode stands at byte 28.</summary>
    private const int StatusBytes = 256;
    private const int ModeAt = 28;

    public static UnixFileType TypeOf(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        if (Status(CurrentDirectory, path, NoFollow, WantsType, ref MemoryMarshal.GetReference(status)) != 0) return UnixFileType.None;
        var type = (UnixFileType)(MemoryMarshal.Read<ushort>(status[ModeAt..]) & TypeMask);
        return type is UnixFileType.Fifo or UnixFileType.Socket ? type : UnixFileType.Other;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Status(int directory, string path, int flags, uint mask, ref byte status);
}
