using Weir.Lustre;

namespace Weir.Coordinator.Protocol;

/// <summary>The numbers of actions and their names.</summary>
public static class ActionCodes
{
    /// <summary><see cref="HsmAction.Unknown"/> for a number that is none.</summary>
    public static HsmAction ToAction(this ActionCode code) => code switch
    {
        ActionCode.Archive => HsmAction.Archive,
        ActionCode.Restore => HsmAction.Restore,
        ActionCode.Remove => HsmAction.Remove,
        ActionCode.Cancel => HsmAction.Cancel,
        ActionCode.None => HsmAction.Noop,
        _ => HsmAction.Unknown,
    };

    public static ActionCode ToCode(this HsmAction action) => action switch
    {
        HsmAction.Archive => ActionCode.Archive,
        HsmAction.Restore => ActionCode.Restore,
        HsmAction.Remove => ActionCode.Remove,
        HsmAction.Cancel => ActionCode.Cancel,
        _ => ActionCode.None,
    };
}
