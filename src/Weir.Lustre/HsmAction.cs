namespace Weir.Lustre;

/// <summary>What an HSM request asks for, as the MDT's coordinator names it.</summary>
public enum HsmAction : byte
{
    /// <summary>The kernel's <c>UNKNOWN</c>, or a name this version does not know.</summary>
    Unknown,
    Noop,
    Archive,
    Restore,
    Remove,

    /// <summary>A request of its own that names its victim by the victim's cookie.</summary>
    Cancel,
}
