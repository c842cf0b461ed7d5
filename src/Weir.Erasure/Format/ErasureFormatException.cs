namespace Weir.Erasure.Format;

/// <summary>A file of a drive is not what its format says: damaged, foreign, or newer than this program. The message says where.</summary>
public sealed class ErasureFormatException : IOException
{
    public ErasureFormatException(string message)
        : base(message)
    {
    }

    public ErasureFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
