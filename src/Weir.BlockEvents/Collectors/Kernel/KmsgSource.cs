using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Collectors.Kernel;

/// <summary>The kernel's own log, /dev/kmsg: no journald is needed. Records that the kernel overwrote before they were read are counted.</summary>
public sealed class KmsgSource : ILogSource
{
    private const string Device = "/dev/kmsg";
    private const int MaxRecordBytes = 8192;
    private const int BatchRecords = 4096;
    private const int SeekEnd = 2;

    private readonly SafeFileHandle _kmsg;
    private readonly SafeFileHandle _stop = KernelCalls.CreateEvent();
    private readonly byte[] _buffer = new byte[MaxRecordBytes];
    private readonly TimeProvider _time;
    private ulong _next;
    private bool _hasNext;
    private ulong _line;

    /// <param name="cursor">Where reading ended before, as <c>boot id:sequence</c>; empty when there is no such place.</param>
    /// <param name="fromEnd">Without a place: only what comes from now on.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">The device cannot be opened: that takes root or CAP_SYSLOG.</exception>
    public KmsgSource(string cursor, bool fromEnd, TimeProvider time)
        : this(KernelCalls.OpenNonBlocking(Device), Guid.TryParse(SysFile.Read("/proc/sys/kernel/random/boot_id"), out Guid boot) ? boot : Guid.Empty, cursor, fromEnd, time)
    {
    }

    /// <param name="kmsg">Gives a record with each read, and none without waiting; it is closed with this.</param>
    /// <param name="bootId">This start of the machine.</param>
    /// <param name="cursor">Where reading ended before.</param>
    /// <param name="fromEnd">Without a place: only what comes from now on.</param>
    /// <param name="time">The clock.</param>
    internal KmsgSource(SafeFileHandle kmsg, Guid bootId, string cursor, bool fromEnd, TimeProvider time)
    {
        _time = time;
        _kmsg = kmsg;
        if (_kmsg.IsInvalid) throw new IOException($"{Device} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}. It takes root or CAP_SYSLOG.");
        BootId = bootId;
        if (TryParse(cursor, out Guid before, out ulong sequence))
        {
            // After another start of the machine all there is is new.
            if (before == BootId) (_next, _hasNext) = (sequence + 1, true);
        }
        else if (fromEnd)
        {
            KernelCalls.Seek(_kmsg, 0, SeekEnd);
        }
    }

    /// <inheritdoc/>
    public string Name => "kmsg";

    /// <summary>This start of the machine.</summary>
    public Guid BootId { get; }

    /// <inheritdoc/>
    public string Cursor => _hasNext ? Format(_next - 1) : "";

    /// <inheritdoc/>
    public bool Read(ILineSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        long boot = RealTimeOfBoot();
        for (int i = 0; i < BatchRecords; i++)
        {
            nint length = KernelCalls.Read(_kmsg, _buffer, _buffer.Length);
            if (length < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                // EPIPE: what was next is overwritten; the next read gives the oldest there is, and the gap is seen by its number.
                if (error is KernelCalls.Interrupted or KernelCalls.BrokenPipe or KernelCalls.InvalidArgument) continue;
                if (error == KernelCalls.TryAgain) return false;
                throw new IOException($"{Device} cannot be read: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            if (KmsgRecord.TryRead(_buffer.AsSpan(0, (int)length).TrimEnd((byte)'\n'), out KmsgRecord record)) Take(record, boot, sink);
        }

        return true;
    }

    /// <inheritdoc/>
    public int WriteLineCursor(Span<byte> buffer) => Encoding.ASCII.GetBytes(Format(_line), buffer);

    /// <inheritdoc/>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static stop => KernelCalls.Signal((SafeFileHandle)stop!), _stop))
        {
            await Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return true;
    }

    public void Dispose()
    {
        _kmsg.Dispose();
        _stop.Dispose();
    }

    private void Take(in KmsgRecord record, long boot, ILineSink sink)
    {
        if (_hasNext && record.Sequence < _next) return;
        if (_hasNext && record.Sequence > _next) sink.TellLost((long)(record.Sequence - _next), "overwritten in the kernel's log before they were read");
        (_next, _hasNext, _line) = (record.Sequence + 1, true, record.Sequence);
        sink.Take(record.ToLine(BootId, boot));
    }

    private void Poll()
    {
        Span<KernelCalls.PollRequest> requests = stackalloc KernelCalls.PollRequest[2];
        requests[0] = new() { Descriptor = (int)_stop.DangerousGetHandle(), Events = KernelCalls.PollIn };
        requests[1] = new() { Descriptor = (int)_kmsg.DangerousGetHandle(), Events = KernelCalls.PollIn };
        while (KernelCalls.Poll(requests, 2, Timeout.Infinite) < 0 && Marshal.GetLastPInvokeError() == KernelCalls.Interrupted)
        {
            // A signal to another thread of the process.
        }
    }

    /// <summary>When the machine started, by its clock of now, in microseconds since 1970.</summary>
    private long RealTimeOfBoot()
    {
        long uptime = (long)(Environment.TickCount64 * 1000.0);
        return ((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) - uptime;
    }

    private string Format(ulong sequence) => string.Create(CultureInfo.InvariantCulture, $"{BootId:N}:{sequence}");

    private static bool TryParse(string cursor, out Guid boot, out ulong sequence)
    {
        (boot, sequence) = (default, 0);
        int colon = cursor.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Guid.TryParseExact(cursor.AsSpan(0, colon), "N", out boot)
            && ulong.TryParse(cursor.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
    }
}
