using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Lustre.Llapi;

/// <summary>Waits until a descriptor can be read, or until woken: poll(2) on it and on an eventfd.</summary>
internal sealed unsafe partial class DescriptorWait : IDisposable
{
    private const short In = 1;
    private const int CloseOnExec = 0x80000;

    private readonly int _descriptor;
    private readonly SafeFileHandle _wake;

    public DescriptorWait(int descriptor)
    {
        _descriptor = descriptor;
        int wake = EventFd(0, CloseOnExec);
        if (wake < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new LlapiException($"Making an eventfd failed: {LlapiErrno.Text(errno)}.", errno);
        }

        _wake = new(wake, ownsHandle: true);
    }

    public void Wait()
    {
        bool isHeld = false;
        try
        {
            _wake.DangerousAddRef(ref isHeld);
            PollDescriptor* descriptors = stackalloc PollDescriptor[]
            {
                new() { Descriptor = _descriptor, Events = In },
                new() { Descriptor = (int)_wake.DangerousGetHandle(), Events = In },
            };
            int ready = Poll(descriptors, 2, -1);
            int errno = ready < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (errno is not (0 or LlapiErrno.Interrupted)) throw new LlapiException($"Waiting for Lustre failed: {LlapiErrno.Text(errno)}.", errno);
        }
        finally
        {
            if (isHeld) _wake.DangerousRelease();
        }
    }

    public void Wake() => RandomAccess.Write(_wake, BitConverter.GetBytes(1UL), 0);

    public void Dispose() => _wake.Dispose();

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
