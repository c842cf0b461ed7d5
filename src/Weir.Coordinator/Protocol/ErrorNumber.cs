namespace Weir.Coordinator.Protocol;

/// <summary>The error numbers of Linux that the protocol speaks of.</summary>
public static class ErrorNumber
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int TryAgain = 11;
    public const int Exists = 17;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int IllegalSequence = 84;
    public const int Canceled = 125;
}
