namespace Weir.Lab.Mdt;

/// <summary>What <see cref="MdtCluster.WriteFiles"/> did for one MDT.</summary>
/// <param name="Mdt">The MDT's name.</param>
/// <param name="Path">The file, or null while the MDT is down and has none.</param>
/// <param name="Lines">How many of the MDT's records stand whole in the file.</param>
/// <param name="LostLines">How many do not, because they are damaged or cut off.</param>
/// <param name="GarbageLines">How many lines are nobody's.</param>
/// <param name="IsTorn">Whether the last line has no newline.</param>
public sealed record WrittenFile(string Mdt, string? Path, int Lines, int LostLines, int GarbageLines, bool IsTorn)
{
    /// <summary>Whether the file says exactly what is true.</summary>
    public bool IsWhole => Path is not null && LostLines == 0 && !IsTorn;
}
