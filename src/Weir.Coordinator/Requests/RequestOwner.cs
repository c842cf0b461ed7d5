namespace Weir.Coordinator.Requests;

/// <summary>Whose file a request is about, for fair shares.</summary>
/// <param name="Uid">The owner's user id.</param>
/// <param name="Gid">The owner's group id.</param>
/// <param name="ProjectId">The file's project, 0 for none.</param>
public readonly record struct RequestOwner(uint Uid, uint Gid, uint ProjectId)
{
    /// <summary>Nobody has looked it up, or the file is gone. All such requests count as one owner's.</summary>
    public static RequestOwner Unknown => new(uint.MaxValue, uint.MaxValue, uint.MaxValue);
}
