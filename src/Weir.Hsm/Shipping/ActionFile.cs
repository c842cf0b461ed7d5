using Microsoft.Win32.SafeHandles;

namespace Weir.Hsm.Shipping;

/// <summary>Opens files of <c>hsm/actions</c>.</summary>
internal static class ActionFile
{
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened, or is a directory.</exception>
    public static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
}
