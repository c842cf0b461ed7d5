namespace Weir.Coordinator.Server;

/// <summary>Why somebody was refused something.</summary>
public enum RefusalReason
{
    /// <summary>Too many connections, or agents.</summary>
    TooMany,

    /// <summary>No credentials in time, or nothing at all.</summary>
    Timeout,

    /// <summary>Something else came where a token was due.</summary>
    NoToken,

    /// <summary>A token or certificate that is nobody's.</summary>
    BadCredential,

    /// <summary>TLS could not be agreed on.</summary>
    Handshake,

    /// <summary>A command that the peer may not use.</summary>
    Command,

    /// <summary>None of the archives that it asked for.</summary>
    Archive,

    /// <summary>An agent id that is not its own.</summary>
    AgentId,

    /// <summary>Not the protocol: garbage, a limit, a wrong type, an unknown command.</summary>
    Protocol,
}
