using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Cli.Screens;

/// <summary>The calls of the C library that steer a terminal. Constants are Linux's, the same on x86-64 and arm64.</summary>
internal static partial class TerminalCalls
{
    public const int Interrupted = 4; // EINTR
    public const int TryAgain = 11; // EAGAIN
    public const short PollIn = 1;
    public const short PollError = 0x8 | 0x20; // POLLERR, POLLNVAL
    public const short PollHangUp = 0x10;

    private const int ReadWriteCloseOnExec = 0x80002; // O_RDWR | O_CLOEXEC
    private const int EventCloseOnExec = 0x80000; // EFD_CLOEXEC
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ
    private const int ApplyNow = 0; // TCSANOW
    private const int StopSignal = 19; // SIGSTOP

    public static bool IsTerminal(int descriptor) => Isatty(descriptor) == 1;

    /// <summary>The process's controlling terminal; -1 when it has none.</summary>
    public static int OpenControllingTerminal() => Open("/dev/tty", ReadWriteCloseOnExec);

    public static int CreateEvent() => Eventfd(0, EventCloseOnExec);

    public static void SignalEvent(int descriptor)
    {
        ulong one = 1;
        _ = Write(descriptor, ref one, sizeof(ulong));
    }

    public static void CloseDescriptor(int descriptor) => _ = Close(descriptor);

    /// <summary>Null when the descriptor is no terminal, or the terminal is gone.</summary>
    public static Termios? GetMode(int descriptor) => Tcgetattr(descriptor, out Termios mode) == 0 ? mode : null;

    public static bool SetMode(int descriptor, in Termios mode)
    {
        while (Tcsetattr(descriptor, ApplyNow, mode) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted) return false;
        }

        return true;
    }

    public static ScreenSize? GetSize(int descriptor) =>
        Ioctl(descriptor, GetWindowSize, out WindowSize size) == 0 && size is { Columns: > 0, Rows: > 0 }
            ? ScreenSize.From(size.Columns, size.Rows) : null;

    /// <summary>Whether the terminal listens to this process's group; true also where it is not the controlling one, which asks nobody.</summary>
    public static bool IsForeground(int descriptor)
    {
        int group = Tcgetpgrp(descriptor);
        return group < 0 || group == Getpgid(0);
    }

    /// <summary>Stops this process, as job control does; returns when it goes on.</summary>
    public static void StopThisProcess() => _ = Kill(Environment.ProcessId, StopSignal);

    /// <summary>Waits until one of two descriptors can be read.</summary>
    /// <returns>What poll(2) says of the first.</returns>
    public static short PollTwo(int first, int second, int timeoutMilliseconds)
    {
        var requests = new PollRequests { First = first, FirstEvents = PollIn, Second = second, SecondEvents = PollIn };
        return Poll(ref requests, 2, timeoutMilliseconds) > 0 ? requests.FirstReturned : (short)0;
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ref ulong value, nint count);

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int Isatty(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int Eventfd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int Tcgetattr(int descriptor, out Termios mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int Tcsetattr(int descriptor, int when, in Termios mode);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, out WindowSize size);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int Tcgetpgrp(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgid")]
    private static partial int Getpgid(int process);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollRequests requests, nuint count, int timeout);

    /// <summary>struct winsize.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort WidthPixels;
        public ushort HeightPixels;
    }

    /// <summary>Two of struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequests
    {
        public int First;
        public short FirstEvents;
        public short FirstReturned;
        public int Second;
        public short SecondEvents;
        public short SecondReturned;
    }
}

/// <summary>struct termios of Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Termios
{
    private const uint StripBit = 0x20; // ISTRIP
    private const uint NewLineToReturn = 0x40; // INLCR
    private const uint IgnoreReturn = 0x80; // IGNCR
    private const uint FlowControl = 0x400; // IXON
    private const uint LineByLine = 2; // ICANON
    private const uint Echo = 8; // ECHO
    private const uint Extensions = 0x8000; // IEXTEN
    private const int LeastTime = 5; // VTIME
    private const int LeastCount = 6; // VMIN

    public uint InputFlags;
    public uint OutputFlags;
    public uint ControlFlags;
    public uint LocalFlags;
    public byte LineDiscipline;
    public ControlCharacters Characters;
    public uint InputSpeed;
    public uint OutputSpeed;

    /// <summary>The same, but each key comes at once and is not shown. Keys that send signals (^C, ^Z, ^\) still do.</summary>
    public readonly Termios KeyByKey()
    {
        Termios mode = this;
        mode.InputFlags &= ~(StripBit | NewLineToReturn | IgnoreReturn | FlowControl);
        mode.LocalFlags &= ~(LineByLine | Echo | Extensions);
        mode.Characters[LeastTime] = 0;
        mode.Characters[LeastCount] = 1;
        return mode;
    }

    [InlineArray(32)]
    public struct ControlCharacters
    {
        private byte _first;
    }
}
