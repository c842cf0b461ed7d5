namespace Weir.Hsm.Events;

/// <summary>The event types' names, as they stand in <c>event_type</c> and as record types.</summary>
public static class HsmEventNames
{
    /// <exception cref="ArgumentOutOfRangeException"><see cref="HsmEventType.Unknown"/> has no name.</exception>
    public static ReadOnlySpan<byte> Utf8(HsmEventType type) => type switch
    {
        HsmEventType.New => "NEW"u8,
        HsmEventType.Update => "UPDATE"u8,
        HsmEventType.Purged => "PURGED"u8,
        HsmEventType.Heartbeat => "HEARTBEAT"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no event type"),
    };

    /// <exception cref="ArgumentOutOfRangeException"><see cref="HsmEventType.Unknown"/> has no name.</exception>
    public static string Text(HsmEventType type) => type switch
    {
        HsmEventType.New => "NEW",
        HsmEventType.Update => "UPDATE",
        HsmEventType.Purged => "PURGED",
        HsmEventType.Heartbeat => "HEARTBEAT",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no event type"),
    };

    /// <summary><see cref="HsmEventType.Unknown"/> for any other name.</summary>
    public static HsmEventType Parse(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 when name.SequenceEqual("NEW"u8) => HsmEventType.New,
        6 when name.SequenceEqual("UPDATE"u8) => HsmEventType.Update,
        6 when name.SequenceEqual("PURGED"u8) => HsmEventType.Purged,
        9 when name.SequenceEqual("HEARTBEAT"u8) => HsmEventType.Heartbeat,
        _ => HsmEventType.Unknown,
    };
}
