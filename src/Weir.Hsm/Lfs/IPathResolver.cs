namespace Weir.Hsm.Lfs;

/// <summary>Finds the paths of files.</summary>
public interface IPathResolver
{
    /// <summary>The paths of those files that have one now, by fid as given. It never fails: what cannot be found out is left out.</summary>
    /// <param name="fids">Fids as events tell them, without brackets; texts that are no fids have no path.</param>
    ValueTask<IReadOnlyDictionary<string, string>> ResolveAsync(IReadOnlyCollection<string> fids, CancellationToken cancellationToken = default);
}
