using System.Text;

namespace Weir.BlockEvents.Topology;

/// <summary>Small files of sysfs and its like. What cannot be read is not there.</summary>
internal static class SysFile
{
    private const int MaxBytes = 4096;

    /// <summary>The text without white space around it; null when there is none.</summary>
    public static string? Read(string path)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        return ReadBytes(path, buffer) is > 0 and var length && Encoding.UTF8.GetString(buffer[..length]).Trim(' ', '\t', '\r', '\n', '\0') is { Length: > 0 } text ? text : null;
    }

    /// <summary>How many bytes there are, at most as many as there is room for; -1 when it cannot be read.</summary>
    public static int ReadBytes(string path, Span<byte> buffer)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    /// <summary>The names in a directory, in ordinal order; none when it cannot be read.</summary>
    public static IReadOnlyList<string> List(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Where a link leads, with all links resolved, as a whole path; the path itself when it is no link.</summary>
    public static string Resolve(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Path.GetFullPath(path);
        }
    }
}
