namespace Weir.Coordinator.Protocol;

/// <summary>An action as lustre_user.h numbers it (enum hsm_copytool_action).</summary>
public enum ActionCode
{
    None = 10,
    Archive = 20,
    Restore = 21,
    Remove = 22,
    Cancel = 23,
}
