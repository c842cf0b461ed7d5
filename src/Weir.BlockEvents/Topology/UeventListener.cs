using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Weir.BlockEvents.Topology;

/// <summary>
/// Keeps a tracker current: hears the kernel's uevents by netlink and sees changes of the mount table, and sleeps in between. Where messages
/// were lost, everything is read again; where there is no socket to be had, only mounts are seen and everything is read again with each.
/// </summary>
public sealed class UeventListener : IDisposable
{
    private const int ReceiveBufferBytes = 8 * 1024 * 1024;
    private const int MaxMessageBytes = 64 * 1024;
    private const int MaxNames = 256;

    private readonly TopologyTracker _tracker;
    private readonly ILogger _logger;
    private readonly SafeFileHandle _uevents;
    private readonly SafeFileHandle _mounts;
    private readonly SafeFileHandle _stop;
    private readonly Thread _thread;

    /// <summary>Begins to listen; what changed since the tracker was made is read first.</summary>
    public UeventListener(TopologyTracker tracker, ILogger logger)
    {
        _tracker = tracker;
        _logger = logger;
        _uevents = KernelCalls.OpenUevents(ReceiveBufferBytes);
        _mounts = KernelCalls.OpenNonBlocking(SystemRoot.Live.MountInfo);
        _stop = KernelCalls.CreateEvent();
        if (_uevents.IsInvalid) BlockEventsLog.NoUevents(logger, Marshal.GetLastPInvokeErrorMessage());
        _tracker.Reload();
        _thread = new(Listen) { IsBackground = true, Name = "weir-uevents" };
        _thread.Start();
    }

    public void Dispose()
    {
        KernelCalls.Signal(_stop);
        _thread.Join();
        _uevents.Dispose();
        _mounts.Dispose();
        _stop.Dispose();
    }

    private void Listen()
    {
        Span<KernelCalls.PollRequest> requests = stackalloc KernelCalls.PollRequest[3];
        byte[] buffer = new byte[MaxMessageBytes];
        while (true)
        {
            requests[0] = new() { Descriptor = Descriptor(_stop), Events = KernelCalls.PollIn };
            requests[1] = new() { Descriptor = Descriptor(_uevents), Events = KernelCalls.PollIn };
            requests[2] = new() { Descriptor = Descriptor(_mounts), Events = KernelCalls.PollPriority };
            if (KernelCalls.Poll(requests, 3, Timeout.Infinite) < 0)
            {
                if (Marshal.GetLastPInvokeError() == KernelCalls.Interrupted) continue;
                BlockEventsLog.NoUevents(_logger, Marshal.GetLastPInvokeErrorMessage());
                return;
            }

            if (requests[0].Returned != 0) return;
            try
            {
                Apply(requests[1].Returned != 0, requests[2].Returned != 0, buffer);
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                BlockEventsLog.TopologyUnread(_logger, failed.Message);
            }
        }
    }

    private void Apply(bool hasUevents, bool hasMounts, byte[] buffer)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        bool isWhole = _uevents.IsInvalid;
        if (hasUevents) isWhole |= !Drain(names, buffer);
        if (isWhole || names.Count > MaxNames) _tracker.Reload();
        else if (hasMounts || names.Count > 0) _tracker.Update(names);
    }

    /// <summary>Takes all messages that are there; false when everything has to be read again.</summary>
    private bool Drain(HashSet<string> names, byte[] buffer)
    {
        bool isWhole = true;
        while (true)
        {
            int addressLength = Marshal.SizeOf<KernelCalls.NetlinkAddress>();
            nint length = KernelCalls.ReceiveFrom(_uevents, buffer, buffer.Length, 0, out KernelCalls.NetlinkAddress from, ref addressLength);
            if (length < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error == KernelCalls.Interrupted) continue;
                if (error == KernelCalls.TryAgain) return isWhole;
                if (error != KernelCalls.NoBuffers) throw new IOException($"Uevents cannot be read: {Marshal.GetPInvokeErrorMessage(error)}");
                BlockEventsLog.UeventsLost(_logger);
                isWhole = false;
                continue;
            }

            // Any process may write to the socket; only the kernel has no number.
            if (from.ProcessId != 0 || !Uevent.TryParse(buffer.AsSpan(0, (int)length), out Uevent uevent)) continue;
            if (uevent.Subsystem == "block") names.Add(uevent.DeviceName);
            else if (uevent.Subsystem is "fc_remote_ports" or "fc_host" or "iscsi_session" or "iscsi_connection" or "nvme") isWhole = false;
        }
    }

    private static int Descriptor(SafeFileHandle handle) => handle.IsInvalid ? -1 : (int)handle.DangerousGetHandle();
}
