using Weir.Feed.Disks;

namespace Weir.Lab.Disks;

/// <summary>The exceptions of <see cref="IDisk"/>, with their errno.</summary>
internal static class DiskErrors
{
    private const int NoEntry = 2;
    private const int BadDescriptor = 9;
    private const int CrossDevice = 18;
    private const int NotDirectory = 20;
    private const int IsDirectory = 21;
    private const int NotEmpty = 39;

    public static IOException Of(DiskError error, DiskOperation operation) => error switch
    {
        DiskError.NoSpace => new DiskFullException($"No space left on the simulated disk ({operation}).") { HResult = (int)error },
        DiskError.ReadOnlyFileSystem => new IOException($"The simulated disk is read-only ({operation}).", (int)error),
        _ => new IOException($"Input/output error on the simulated disk ({operation}).", (int)error),
    };

    public static IOException ReadOnly(string path) => new($"'{path}': the simulated disk is read-only.", (int)DiskError.ReadOnlyFileSystem);

    public static IOException Missing(string path) => new($"'{path}': no such file or directory.", NoEntry);

    public static IOException NotADirectory(string path) => new($"'{path}': not a directory.", NotDirectory);

    public static IOException ADirectory(string path) => new($"'{path}': is a directory.", IsDirectory);

    public static IOException DirectoryNotEmpty(string path) => new($"'{path}': directory not empty.", NotEmpty);

    public static IOException OtherDirectory(string from, string to) =>
        new($"'{from}' to '{to}': the simulated disk renames within one directory only.", CrossDevice);

    public static IOException NotWritable(string path) => new($"'{path}' was opened for reading.", BadDescriptor);
}
