namespace Weir.Erasure.Drives;

/// <summary>An object is not there, or cannot be given whole and right from the drives at hand. The message says what is missing.</summary>
public sealed class ObjectUnavailableException : Exception
{
    public ObjectUnavailableException(string message)
        : base(message)
    {
    }

    public ObjectUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
