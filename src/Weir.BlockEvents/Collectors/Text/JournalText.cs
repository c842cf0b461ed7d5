using System.Buffers.Text;
using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Text;

/// <summary>An entry of the journal that arrives as text, collected field by field.</summary>
internal sealed class JournalText
{
    private readonly Dictionary<string, byte[]> _fields = new(StringComparer.Ordinal);

    /// <summary>The names that matter.</summary>
    public static bool IsWanted(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("MESSAGE"u8) || name.SequenceEqual("PRIORITY"u8) || name.SequenceEqual("SYSLOG_IDENTIFIER"u8) || name.SequenceEqual("SYSLOG_FACILITY"u8)
        || name.SequenceEqual("_TRANSPORT"u8) || name.SequenceEqual("_HOSTNAME"u8) || name.SequenceEqual("_BOOT_ID"u8) || name.SequenceEqual("_KERNEL_DEVICE"u8)
        || name.SequenceEqual("_KERNEL_SUBSYSTEM"u8) || name.SequenceEqual("__CURSOR"u8) || name.SequenceEqual("__REALTIME_TIMESTAMP"u8)
        || name.SequenceEqual("__MONOTONIC_TIMESTAMP"u8) || name.SequenceEqual("_SOURCE_MONOTONIC_TIMESTAMP"u8) || name.SequenceEqual("IS_PERIPETY"u8);

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>An event that Peripety or Weir has written, and no line.</summary>
    public bool IsEvent => Find("IS_PERIPETY").SequenceEqual("TRUE"u8);

    public bool HasMessage => _fields.ContainsKey("MESSAGE");

    public void Clear() => _fields.Clear();

    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (IsWanted(name)) _fields[Encoding.ASCII.GetString(name)] = value[..Math.Min(value.Length, LineSplitter.MaxLineBytes)].ToArray();
    }

    public LogLine ToLine() => new()
    {
        Text = Find("MESSAGE"),
        Identifier = Find("_TRANSPORT").SequenceEqual("kernel"u8) ? "kernel"u8 : Find("SYSLOG_IDENTIFIER") is { Length: > 0 } program && !program.SequenceEqual("kernel"u8) ? program : "unknown"u8,
        Host = Find("_HOSTNAME"),
        Priority = Find("PRIORITY") is [>= (byte)'0' and <= (byte)'7'] priority ? (Severity)(priority[0] - '0') : null,
        Facility = (int?)Number("SYSLOG_FACILITY"),
        MonotonicMicroseconds = Number("_SOURCE_MONOTONIC_TIMESTAMP") ?? Number("__MONOTONIC_TIMESTAMP"),
        RealTimeMicroseconds = Number("__REALTIME_TIMESTAMP"),
        BootId = Guid.TryParseExact(Encoding.ASCII.GetString(Find("_BOOT_ID")), "N", out Guid boot) ? boot : null,
        Source = LineSource.Journal,
        Cursor = Find("__CURSOR"),
        KernelDevice = Find("_KERNEL_DEVICE"),
        KernelSubsystem = Find("_KERNEL_SUBSYSTEM"),
    };

    private ReadOnlySpan<byte> Find(string name) => _fields.GetValueOrDefault(name);

    private long? Number(string name) => Utf8Parser.TryParse(Find(name), out long number, out int read) && read > 0 && read == Find(name).Length ? number : null;
}
