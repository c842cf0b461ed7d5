using Microsoft.Win32.SafeHandles;

namespace Weir.Changelogs.Devices;

/// <summary>An open changelog device. Its position is a record's index, not a byte's.</summary>
internal sealed class KernelChangelogStream(string mdt, SafeFileHandle device) : IChangelogStream
{
    /// <summary>OBD_IOC_CHLG_SET_FLAGS; the flags are the argument itself.</summary>
    private const nuint SetFlags = 0x8008_66e9;

    /// <summary>CHANGELOG_FLAG_NID_BE: give clients of IPv6 as they are.</summary>
    private const nuint WideNids = 0x10;

    /// <summary>Kernels before 2.16 know neither the flag nor such clients, and refuse: then there is nothing to ask for.</summary>
    public void AskForWideNids() => _ = Native.Control(device, SetFlags, WideNids);

    public int Read(Span<byte> buffer)
    {
        nint read = Native.Read(device, buffer, buffer.Length);
        return read >= 0 ? (int)read : throw new ChangelogDeviceException(mdt, "read its changelog", Native.LastError);
    }

    public void Seek(ulong index)
    {
        if (index > long.MaxValue || Native.Seek(device, (long)index, Native.SeekSet) < 0)
            throw new ChangelogDeviceException(mdt, $"go to record {index}", index > long.MaxValue ? ChangelogDeviceException.InvalidArgument : Native.LastError);
    }

    public ChangelogPoll Poll(TimeSpan timeout)
    {
        var request = new Native.PollRequest { Descriptor = (int)device.DangerousGetHandle(), Events = Native.PollIn };
        int found = Native.Poll(ref request, 1, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue));
        if (found < 0 && Native.LastError != ChangelogDeviceException.Interrupted) throw new ChangelogDeviceException(mdt, "wait for its changelog", Native.LastError);
        if (found <= 0) return ChangelogPoll.TimedOut;
        if ((request.Returned & Native.PollIn) != 0) return ChangelogPoll.Readable;
        return (request.Returned & Native.PollHup) != 0 ? ChangelogPoll.AtEnd : ChangelogPoll.Failed;
    }

    public void Dispose() => device.Dispose();
}
