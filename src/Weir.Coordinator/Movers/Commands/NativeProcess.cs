using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Coordinator.Movers.Commands;

/// <summary>posix_spawn(3) and what goes with it: a child in a process group of its own, with three descriptors and no others.</summary>
internal static unsafe partial class NativeProcess
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>In place of an exit code: somebody else has waited for the child, and nobody can say how it ended.</summary>
    public const int Lost = int.MinValue;

    private const int NoHang = 1;
    private const short SetGroup = 0x02;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const int OpaqueBytes = 1024; // more than any C library's attributes, actions or signal set take
    private const int CloseOnExec = 0x80000;

    private static readonly int[] ResetSignals = [1, 2, 3, 13, 15, 17, 18, 20, 21, 22, 28];

    /// <summary>Starts a program. 0, or the errno.</summary>
    public static int Start(byte[][] arguments, IReadOnlyList<byte[]> environment, SafeFileHandle input, SafeFileHandle output, SafeFileHandle errors, out int pid)
    {
        byte* actions = stackalloc byte[OpaqueBytes], attributes = stackalloc byte[OpaqueBytes], none = stackalloc byte[OpaqueBytes], reset = stackalloc byte[OpaqueBytes];
        pid = 0;
        _ = InitActions(actions);
        _ = InitAttributes(attributes);
        using var argv = new Vector(arguments);
        using var envp = new Vector(environment);
        try
        {
            // dup2 onto itself would leave close-on-exec set, so none of these is below 3.
            int[] targets = [(int)input.DangerousGetHandle(), (int)output.DangerousGetHandle(), (int)errors.DangerousGetHandle()];
            for (int i = 0; i < targets.Length; i++)
            {
                int rc = AddDuplicate(actions, targets[i], i);
                if (rc != 0) return rc;
            }

            if (CloseFrom is { } closeFrom) _ = ((delegate* unmanaged<byte*, int, int>)closeFrom)(actions, 3);
            _ = EmptySet(none);
            _ = EmptySet(reset);
            foreach (int signal in ResetSignals) _ = AddToSet(reset, signal);
            _ = SetMask(attributes, none);
            _ = SetDefaults(attributes, reset);
            _ = SetProcessGroup(attributes, 0);
            _ = SetFlags(attributes, SetGroup | SetSignalDefaults | SetSignalMask);
            int child;
            int errno = Spawn(&child, argv.Items[0], actions, attributes, argv.Items, envp.Items);
            pid = child;
            return errno;
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    /// <summary>Whether a child has ended, and how: its exit code, the negative number of a signal, or <see cref="Lost"/>.</summary>
    public static bool TryReap(int pid, out int exitCode)
    {
        int status;
        int found = WaitFor(pid, &status, NoHang);
        exitCode = Lost;
        if (found < 0) return Marshal.GetLastPInvokeError() != MoverErrno.Interrupted;
        if (found == 0) return false;
        exitCode = (status & 0x7F) == 0 ? (status >> 8) & 0xFF : -(status & 0x7F);
        return true;
    }

    /// <summary>Sends a signal to a child and all that it has started.</summary>
    public static void SignalGroup(int pid, int signal) => _ = SendSignal(-pid, signal);

    /// <summary>A pipe, both ends close-on-exec.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        int* ends = stackalloc int[2];
        if (Pipe2(ends, CloseOnExec) != 0) throw MoverException.Of(Marshal.GetLastPInvokeError(), "Making a pipe");
        return (new(ends[0], ownsHandle: true), new(ends[1], ownsHandle: true));
    }

    /// <summary>Waits until there is something to read, or the end; false when the time is over.</summary>
    public static bool WaitReadable(SafeFileHandle file, int milliseconds)
    {
        var wanted = new PollDescriptor { Descriptor = (int)file.DangerousGetHandle(), Events = 1 };
        return Poll(&wanted, 1, milliseconds) > 0;
    }

    public static int ReadSome(SafeFileHandle file, Span<byte> buffer)
    {
        fixed (byte* at = buffer) return (int)Read(file, at, (nuint)buffer.Length);
    }

    /// <summary>Null before glibc 2.34: descriptors that somebody left open for children stay open in them there.</summary>
    private static readonly nint? CloseFrom = NativeLibrary.TryGetExport(NativeLibrary.Load("libc.so.6"), "posix_spawn_file_actions_addclosefrom_np", out nint address) ? address : null;

    [LibraryImport("libc", EntryPoint = "posix_spawnp")]
    private static partial int Spawn(int* pid, byte* file, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    private static partial int SetProcessGroup(byte* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySet(byte* set);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    private static partial int AddToSet(byte* set, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(SafeFileHandle file, byte* buffer, nuint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>A NULL-terminated vector of strings as C has it.</summary>
    private readonly ref struct Vector
    {
        public readonly byte** Items;
        private readonly int _count;

        public Vector(IReadOnlyList<byte[]> strings)
        {
            _count = strings.Count;
            Items = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
            for (int i = 0; i < _count; i++)
            {
                Items[i] = (byte*)NativeMemory.AllocZeroed((nuint)strings[i].Length + 1);
                strings[i].CopyTo(new Span<byte>(Items[i], strings[i].Length));
            }
        }

        public void Dispose()
        {
            for (int i = 0; i < _count; i++) NativeMemory.Free(Items[i]);
            NativeMemory.Free(Items);
        }
    }
}
