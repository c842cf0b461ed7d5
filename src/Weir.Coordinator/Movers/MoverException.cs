using System.Runtime.InteropServices;

namespace Weir.Coordinator.Movers;

/// <summary>An action cannot be done, or not now. The message says what, where, and what to do.</summary>
/// <param name="errno">What Lustre and the coordinator are told: a positive errno.</param>
/// <param name="message">For the log.</param>
public sealed class MoverException(int errno, string message) : IOException(message)
{
    /// <summary>A positive errno.</summary>
    public int Errno { get; } = errno;

    /// <summary>The failure of a call of the C library.</summary>
    internal static MoverException Of(int errno, string what) => new(errno, $"{what}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
}
