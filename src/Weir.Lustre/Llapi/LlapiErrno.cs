using System.Runtime.InteropServices;

namespace Weir.Lustre.Llapi;

/// <summary>The error numbers of Linux that the copytool calls give a meaning to.</summary>
public static class LlapiErrno
{
    public const int Interrupted = 4;
    public const int TryAgain = 11;

    /// <summary>The kernel's pipe is at its end.</summary>
    public const int BrokenPipe = 32;

    public const int Protocol = 71;

    /// <summary>The file system is being unmounted.</summary>
    public const int Shutdown = 108;

    /// <summary>The request was cancelled: the copying must stop.</summary>
    public const int Cancelled = 125;

    internal static string Text(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
}
