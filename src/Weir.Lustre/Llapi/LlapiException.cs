namespace Weir.Lustre.Llapi;

/// <summary>liblustreapi is not there, or one of its calls failed.</summary>
public sealed class LlapiException : Exception
{
    public LlapiException()
    {
    }

    public LlapiException(string message)
        : base(message)
    {
    }

    public LlapiException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="message">What failed, where, and what to do.</param>
    /// <param name="errno">The positive errno.</param>
    public LlapiException(string message, int errno)
        : base(message) => Errno = errno;

    /// <summary>The positive errno of the call; 0 when there was none.</summary>
    public int Errno { get; }
}
