using Weir.Lustre;

namespace Weir.Changelogs.Paths;

/// <summary>Knows paths that records do not tell.</summary>
public interface IFidPaths
{
    /// <summary>The path of the file at this moment, from the file system's root and starting with a slash; null when it is not known.</summary>
    byte[]? Find(Fid fid);
}
