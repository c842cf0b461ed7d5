using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Lines;

/// <summary>
/// One log line as a collector hands it on: what it says, without the time stamps and names before it, and what is known about it. It
/// lives as long as the collector's buffer.
/// </summary>
public readonly ref struct LogLine
{
    /// <summary>The message alone: <c>sd 6:0:0:0: [sdf] tag#2 Sense Key : Not Ready [current]</c>. Any bytes; UTF-8 where all is well.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>Who logged it: empty or <c>kernel</c>, else a program (<c>multipathd</c>, <c>smartd</c>).</summary>
    public ReadOnlySpan<byte> Identifier { get; init; }

    /// <summary>The host it names; empty when it names none.</summary>
    public ReadOnlySpan<byte> Host { get; init; }

    /// <summary>The level it was logged with; null when the source does not say.</summary>
    public Severity? Priority { get; init; }

    /// <summary>The syslog facility (0 is the kernel's); null when the source does not say.</summary>
    public int? Facility { get; init; }

    /// <summary>Microseconds since the machine started; null when the source does not say.</summary>
    public long? MonotonicMicroseconds { get; init; }

    /// <summary>Microseconds since 1970, UTC; null when the source does not say.</summary>
    public long? RealTimeMicroseconds { get; init; }

    /// <summary>Which start of the machine; null when unknown.</summary>
    public Guid? BootId { get; init; }

    /// <summary>From where.</summary>
    public LineSource Source { get; init; }

    /// <summary>The kernel's number of the line; null when the source does not say.</summary>
    public ulong? Sequence { get; init; }

    /// <summary>Where in the source it stands, so that reading can go on behind it; empty when the source has no cursors.</summary>
    public ReadOnlySpan<byte> Cursor { get; init; }

    /// <summary>
    /// The kernel's own key of the device, which goes before any name in the text: <c>b8:0</c>, <c>c21:0</c>, <c>+scsi:6:0:0:0</c>, <c>n3</c>
    /// (kmsg's <c>DEVICE=</c>, the journal's <c>_KERNEL_DEVICE</c>); empty when there is none.
    /// </summary>
    public ReadOnlySpan<byte> KernelDevice { get; init; }

    /// <summary>The subsystem of that device (<c>SUBSYSTEM=</c>, <c>_KERNEL_SUBSYSTEM</c>): <c>scsi</c>, <c>block</c>; empty when there is none.</summary>
    public ReadOnlySpan<byte> KernelSubsystem { get; init; }
}
