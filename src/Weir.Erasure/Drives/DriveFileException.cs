namespace Weir.Erasure.Drives;

/// <summary>A file of a drive that is there cannot be read: an I/O error, no permission, or a symbolic link on its way.</summary>
public sealed class DriveFileException : IOException
{
    private const int ErrorInputOutput = 5;
    private const int ErrorBadMessage = 74;
    private const int ErrorStructure = 117;

    public DriveFileException(string message)
        : base(message)
    {
    }

    public DriveFileException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public DriveFileException(string message, int error)
        : base(message) => Error = error;

    /// <summary>The system's error number; 0 where there is none, as for an answer that never came.</summary>
    public int Error { get; }

    /// <summary>
    /// Whether the medium or its file system is damaged at this place (EIO, EBADMSG, EUCLEAN): what stood there is lost, and not merely
    /// out of reach.
    /// </summary>
    public bool IsMediumError => Error is ErrorInputOutput or ErrorBadMessage or ErrorStructure;
}
