using Microsoft.Win32.SafeHandles;

namespace Weir.Erasure.Drives;

/// <summary>
/// Reads files below the root of a drive. Symbolic links below the root are not followed: a drive's content is not trusted, and the
/// servers make none.
/// </summary>
public sealed class DriveFiles(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Opens a file to be read at any place; null where it is not there.</summary>
    /// <param name="relativePath">With "/" between components, none of them "." or "..".</param>
    /// <exception cref="DriveFileException">It is there and cannot be read.</exception>
    public SafeFileHandle? TryOpen(string relativePath)
    {
        string path = Resolve(relativePath);
        try
        {
            if (Directory.Exists(path)) throw new DriveFileException($"{path} is a directory where a file belongs.");
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.None);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is (IOException and not DriveFileException) or UnauthorizedAccessException)
        {
            throw new DriveFileException($"{path} cannot be opened: {error.Message}", error);
        }
    }

    /// <summary>The bytes of a small file; null where it is not there.</summary>
    /// <exception cref="DriveFileException">It cannot be read, or is larger than <paramref name="maxBytes"/>.</exception>
    public byte[]? TryReadAll(string relativePath, int maxBytes)
    {
        using SafeFileHandle? file = TryOpen(relativePath);
        if (file is null) return null;
        try
        {
            long length = RandomAccess.GetLength(file);
            if (length > maxBytes) throw new DriveFileException($"{Path.Combine(Root, relativePath)} has {length} bytes; at most {maxBytes} are read.");
            byte[] bytes = new byte[(int)length];
            int read = ReadFully(file, bytes, 0);
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (IOException error) when (error is not DriveFileException)
        {
            throw new DriveFileException($"{Path.Combine(Root, relativePath)} cannot be read: {error.Message}", error);
        }
    }

    public bool DirectoryExists(string relativePath) => Directory.Exists(Resolve(relativePath));

    public bool FileExists(string relativePath) => File.Exists(Resolve(relativePath));

    /// <summary>Reads until the buffer is full or the file ends; returns how much was read.</summary>
    /// <exception cref="IOException">The drive failed.</exception>
    public static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int read = RandomAccess.Read(file, buffer[done..], offset + done);
            if (read == 0) break;
            done += read;
        }

        return done;
    }

    private string Resolve(string relativePath)
    {
        string path = Root;
        foreach (string component in relativePath.Split('/'))
        {
            if (component is "" or "." or "..") throw new ArgumentException($"'{relativePath}' is no path below a drive.", nameof(relativePath));
            path = Path.Combine(path, component);
            // A component that is not there is reported by what follows.
            var info = new FileInfo(path);
            if ((int)info.Attributes != -1 && (info.Attributes & FileAttributes.ReparsePoint) != 0)
            {
                throw new DriveFileException($"{path} is a symbolic link, which is not followed.");
            }
        }

        return path;
    }
}
