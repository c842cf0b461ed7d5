namespace Weir.Coordinator.Protocol;

/// <summary>What a client asks for.</summary>
public enum CommandKind : byte
{
    /// <summary>No command, or one that nobody knows: the connection ends.</summary>
    Unknown,
    Ehlo,
    Recv,
    Done,
    Queue,
    Status,
    Lock,

    /// <summary>Where a request is and why it does not run. The original has no such command.</summary>
    Why,

    /// <summary>Shows who the peer is, by its token. The original has no such command.</summary>
    Auth,
}
