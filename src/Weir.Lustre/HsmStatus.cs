namespace Weir.Lustre;

/// <summary>Where a request stands: WAITING, STARTED (it may go back to WAITING for a retry), then one of three final states.</summary>
public enum HsmStatus : byte
{
    /// <summary>The kernel's <c>UNKNOWN</c>, or a name this version does not know.</summary>
    Unknown,

    /// <summary>Accepted, not yet sent to an agent.</summary>
    Waiting,

    /// <summary>Handed to an agent.</summary>
    Started,
    Failed,
    Canceled,
    Succeed,
}

/// <summary>Questions about a status.</summary>
public static class HsmStatusExtensions
{
    /// <summary>Whether nothing follows but the record's removal, at the earliest <c>grace_delay</c> (60 s) later.</summary>
    public static bool IsFinal(this HsmStatus status) => status is HsmStatus.Failed or HsmStatus.Canceled or HsmStatus.Succeed;
}
