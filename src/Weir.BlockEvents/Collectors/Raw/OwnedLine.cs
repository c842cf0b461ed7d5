using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>A line that outlives the buffer it was read in.</summary>
public sealed class OwnedLine
{
    private byte[] _text = [];
    private byte[] _identifier = [];
    private byte[] _host = [];
    private byte[] _cursor = [];
    private byte[] _kernelDevice = [];
    private byte[] _kernelSubsystem = [];
    private Severity? _priority;
    private int? _facility;
    private long? _monotonic;
    private long? _realTime;
    private Guid? _bootId;
    private LineSource _source;
    private ulong? _sequence;

    /// <summary>The line.</summary>
    public LogLine Line => new()
    {
        Text = _text,
        Identifier = _identifier,
        Host = _host,
        Cursor = _cursor,
        KernelDevice = _kernelDevice,
        KernelSubsystem = _kernelSubsystem,
        Priority = _priority,
        Facility = _facility,
        MonotonicMicroseconds = _monotonic,
        RealTimeMicroseconds = _realTime,
        BootId = _bootId,
        Source = _source,
        Sequence = _sequence,
    };

    /// <summary>Copies a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="cursor">Its place, where the line has none of its own.</param>
    public static OwnedLine Copy(in LogLine line, ReadOnlySpan<byte> cursor = default) => new()
    {
        _text = line.Text.ToArray(),
        _identifier = line.Identifier.ToArray(),
        _host = line.Host.ToArray(),
        _cursor = (line.Cursor.IsEmpty ? cursor : line.Cursor).ToArray(),
        _kernelDevice = line.KernelDevice.ToArray(),
        _kernelSubsystem = line.KernelSubsystem.ToArray(),
        _priority = line.Priority,
        _facility = line.Facility,
        _monotonic = line.MonotonicMicroseconds,
        _realTime = line.RealTimeMicroseconds,
        _bootId = line.BootId,
        _source = line.Source,
        _sequence = line.Sequence,
    };
}
