namespace Weir.Erasure.Drives;

/// <summary>An object is not there, or cannot be given whole and right from the drives at hand. The message says what is missing.</summary>
public sealed class ObjectUnavailableException : IOException
{
    public ObjectUnavailableException(string message)
        : base(message)
    {
    }

    public ObjectUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>The time of a version that may be the newest and cannot be read; 0 for none. Nothing older may be given instead.</summary>
    internal long MayBeNewest { get; init; }
}
