namespace Weir.Erasure.Drives;

/// <summary>A file of a drive that is there cannot be read: an I/O error, no permission, or a symbolic link on its way.</summary>
public sealed class DriveFileException : IOException
{
    public DriveFileException(string message)
        : base(message)
    {
    }

    public DriveFileException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
