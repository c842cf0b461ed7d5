using Weir.Lustre;

namespace Weir.Lab.Mdt;

/// <summary>What a simulated MDT knows of one request at the moment.</summary>
/// <param name="Cookie">A CANCEL has its victim's.</param>
public readonly record struct TrueAction(
    ulong Cookie, uint CatalogIndex, uint RecordIndex, Fid Fid, HsmAction Action, HsmStatus Status, uint ArchiveId)
{
    public bool IsCancel => Action == HsmAction.Cancel;
}
