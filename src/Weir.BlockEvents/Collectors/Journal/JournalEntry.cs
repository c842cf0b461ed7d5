using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>One entry of the journal, as far as it matters here. It lives until the next is read.</summary>
internal readonly ref struct JournalEntry
{
    public JournalCursor Cursor { get; init; }

    public ReadOnlySpan<byte> Message { get; init; }

    public ReadOnlySpan<byte> Priority { get; init; }

    public ReadOnlySpan<byte> Identifier { get; init; }

    public ReadOnlySpan<byte> Facility { get; init; }

    public ReadOnlySpan<byte> Host { get; init; }

    public ReadOnlySpan<byte> KernelDevice { get; init; }

    public ReadOnlySpan<byte> KernelSubsystem { get; init; }

    /// <summary>When the kernel logged it: microseconds since the machine's start; null where only the time of arrival is known.</summary>
    public long? SourceMonotonic { get; init; }

    /// <summary>From the kernel itself; any program may call itself so.</summary>
    public bool IsFromKernel { get; init; }

    /// <summary>An event that Peripety or Weir has written, and no line.</summary>
    public bool IsEvent { get; init; }

    /// <summary>The event, of such an entry.</summary>
    public ReadOnlySpan<byte> Json { get; init; }

    /// <summary>The program's name of entries without one.</summary>
    public static ReadOnlySpan<byte> NoIdentifier => "unknown"u8;

    /// <summary>The program's name of an entry that is not the kernel's. Who only calls itself the kernel is not it.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> identifier) => identifier.IsEmpty || identifier.SequenceEqual("kernel"u8) ? NoIdentifier : identifier;

    /// <summary>The entry as a line, without its cursor, which is only worth its text where the line is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public LogLine ToLine() => new()
    {
        Text = Message,
        Identifier = IsFromKernel ? "kernel"u8 : NameOf(Identifier),
        Host = Host,
        Priority = Priority.Length == 1 && Priority[0] is >= (byte)'0' and <= (byte)'7' ? (Severity)(Priority[0] - '0') : null,
        Facility = Utf8Parser.TryParse(Facility, out int facility, out int read) && read == Facility.Length ? facility : null,
        MonotonicMicroseconds = SourceMonotonic ?? (long)Cursor.Monotonic,
        RealTimeMicroseconds = (long)Cursor.RealTime,
        BootId = Cursor.BootId,
        Source = LineSource.Journal,
        KernelDevice = KernelDevice,
        KernelSubsystem = KernelSubsystem,
    };
}
