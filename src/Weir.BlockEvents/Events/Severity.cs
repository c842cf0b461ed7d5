namespace Weir.BlockEvents.Events;

/// <summary>How bad an event is: the levels of syslog (RFC 5424, section 6.2.1), and their numbers. Lower is worse.</summary>
public enum Severity : byte
{
    /// <summary>The system is unusable.</summary>
    Emergency,

    /// <summary>Somebody must act at once.</summary>
    Alert,

    /// <summary>Data or a device is in danger.</summary>
    Critical,

    /// <summary>Something failed.</summary>
    Error,

    /// <summary>Something may fail.</summary>
    Warning,

    /// <summary>Normal, and worth knowing.</summary>
    Notice,

    /// <summary>Normal.</summary>
    Info,

    /// <summary>Of use to whoever mends programs.</summary>
    Debug,
}
