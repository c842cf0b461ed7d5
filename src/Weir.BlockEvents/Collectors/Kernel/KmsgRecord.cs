using System.Buffers.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Kernel;

/// <summary>
/// A record of /dev/kmsg: <c>6,1234,567890,-[,caller=T1];text</c>, and below it lines <c> KEY=value</c>. Format: Documentation/ABI/testing/dev-kmsg
/// of the kernel.
/// </summary>
internal readonly ref struct KmsgRecord
{
    public int Priority { get; private init; }

    public ulong Sequence { get; private init; }

    public long Microseconds { get; private init; }

    public ReadOnlySpan<byte> Text { get; private init; }

    public ReadOnlySpan<byte> Device { get; private init; }

    public ReadOnlySpan<byte> Subsystem { get; private init; }

    /// <summary>Reads a record; its text is unescaped in place.</summary>
    public static bool TryRead(Span<byte> bytes, out KmsgRecord record)
    {
        record = default;
        int head = bytes.IndexOf((byte)';');
        if (head < 0 || !Utf8Parser.TryParse(bytes, out int priority, out int at) || at >= head || bytes[at] != ',') return false;
        if (!Utf8Parser.TryParse(bytes[(at + 1)..head], out ulong sequence, out int digits)) return false;
        at += digits + 1;
        if (at >= head || bytes[at] != ',' || !Utf8Parser.TryParse(bytes[(at + 1)..head], out long microseconds, out _)) return false;
        Span<byte> rest = bytes[(head + 1)..];
        int end = rest.IndexOf((byte)'\n');
        Span<byte> text = end < 0 ? rest : rest[..end];
        ReadOnlySpan<byte> keys = end < 0 ? default : rest[(end + 1)..];
        record = new()
        {
            Priority = priority,
            Sequence = sequence,
            Microseconds = microseconds,
            Text = text[..Unescape(text)],
            Device = Find(keys, " DEVICE="u8),
            Subsystem = Find(keys, " SUBSYSTEM="u8),
        };
        return true;
    }

    public LogLine ToLine(Guid bootId, long realTimeOfBoot) => new()
    {
        Text = Text,
        // The facility is the kernel's own, unless a program wrote the record.
        Identifier = Priority >> 3 == 0 ? "kernel"u8 : "user"u8,
        Priority = (Severity)(Priority & 7),
        Facility = Priority >> 3,
        MonotonicMicroseconds = Microseconds,
        RealTimeMicroseconds = realTimeOfBoot + Microseconds,
        BootId = bootId,
        Source = LineSource.Kmsg,
        Sequence = Sequence,
        KernelDevice = Device,
        KernelSubsystem = Subsystem,
    };

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> name)
    {
        while (!keys.IsEmpty)
        {
            int end = keys.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? keys : keys[..end];
            if (line.StartsWith(name)) return line[name.Length..];
            keys = end < 0 ? default : keys[(end + 1)..];
        }

        return default;
    }

    /// <summary>Bytes that cannot be printed stand as <c>\xNN</c>.</summary>
    private static int Unescape(Span<byte> text)
    {
        if (!text.Contains((byte)'\\')) return text.Length;
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] == 'x' && Utf8Parser.TryParse(text.Slice(i + 2, 2), out byte value, out int read, 'x') && read == 2)
            {
                text[length++] = value;
                i += 3;
            }
            else
            {
                text[length++] = text[i];
            }
        }

        return length;
    }
}
