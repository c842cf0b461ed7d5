using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Lines;

/// <summary>
/// Takes apart one line of text as tools print logs: dmesg (plain, <c>-T</c>, <c>-x</c>, <c>-r</c>, <c>-d</c>, with callers, human-readable), syslog of
/// RFC 3164 and 5424 and with ISO time stamps, journalctl's short forms, /dev/kmsg's raw form, and any of these behind one another, as
/// loggers nest them. What is no prefix is the message.
/// </summary>
public static class TextLine
{
    /// <summary>The most prefixes taken off one line.</summary>
    private const int MaxPrefixes = 8;

    /// <summary>Reads a line, without its line end. Never fails: an unknown form is a message without anything before it.</summary>
    /// <param name="line">The line; any bytes.</param>
    public static LogLine Read(ReadOnlySpan<byte> line)
    {
        var prefix = default(LinePrefix);
        ReadOnlySpan<byte> rest = line;
        for (int i = 0; i < MaxPrefixes; i++)
        {
            int taken = prefix.Take(rest);
            if (taken == 0) break;
            rest = rest[taken..];
        }

        return new()
        {
            Text = rest,
            Identifier = prefix.Identifier,
            Host = prefix.Host,
            Priority = prefix.Priority is { } priority ? (Severity)(priority & 7) : null,
            Facility = prefix.Priority >> 3,
            MonotonicMicroseconds = prefix.Monotonic,
            RealTimeMicroseconds = prefix.RealTime,
            Source = LineSource.File,
            Sequence = prefix.Sequence,
        };
    }
}
