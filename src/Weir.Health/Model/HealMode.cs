namespace Weir.Health;

/// <summary>Who asked for a repair.</summary>
public enum HealMode
{
    /// <summary>The scanner's findings, by policy.</summary>
    Background = 0,

    /// <summary>An administrator.</summary>
    OnDemand = 1,

    /// <summary>Something that may be lost with the next failure.</summary>
    Emergency = 2,

    /// <summary>Something that has just failed to read. It passes the pacing, never the safety rules.</summary>
    RealTime = 3,
}
