using System.Runtime.InteropServices;

namespace Weir.Erasure.Drives.Disks;

/// <summary>A new file of this machine.</summary>
internal sealed class LocalDriveOutput(int descriptor, string path) : IDriveOutput
{
    private int _descriptor = descriptor;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int written = DriveCalls.Write(_descriptor, bytes, out int error);
            if (written < 0) throw new DriveFileException($"Cannot write {path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
            bytes = bytes[written..];
        }
    }

    public void Dispose()
    {
        if (_descriptor >= 0) DriveCalls.Close(_descriptor);
        _descriptor = -1;
    }
}
