using Weir.Hsm.Lfs;
using Weir.Hsm.RestoringAhead;

namespace Weir.Hsm.Tests.RestoringAhead;

/// <summary>A directory tree whose files are in the archive or not, as the tests say.</summary>
internal sealed class FakeFileSystem : IHsmFiles, IPathResolver, IDisposable
{
    private readonly Dictionary<string, string> _fids = [];

    public string Mount { get; } = System.IO.Directory.CreateTempSubdirectory("weir-ahead-").FullName;

    /// <summary>States that are not "released, in archive 1".</summary>
    public Dictionary<string, HsmFileState> States { get; } = [];

    /// <summary>Names that were asked for, in their order.</summary>
    public List<string> Asked { get; } = [];

    public HashSet<string> Refused { get; } = [];

    public bool IsAway { get; set; }

    public static HsmFileState Online { get; } = new(HsmFileFlags.Exists | HsmFileFlags.Archived, 1);

    public static HsmFileState Released { get; } = new(HsmFileFlags.Exists | HsmFileFlags.Archived | HsmFileFlags.Released, 1);

    public string DirectoryOf(string name) => System.IO.Directory.CreateDirectory(Path.Combine(Mount, name)).FullName;

    public void Make(string directory, params IEnumerable<string> names)
    {
        foreach (string name in names) File.WriteAllText(Path.Combine(DirectoryOf(directory), name), "");
    }

    public void Know(string fid, string path) => _fids[fid] = path;

    public ValueTask<IReadOnlyDictionary<string, HsmFileState>?> ReadStatesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, HsmFileState>?>(IsAway ? null : paths.ToDictionary(path => path, path => States.GetValueOrDefault(Path.GetFileName(path), Released)));

    public ValueTask<IReadOnlyList<string>> RestoreAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        List<string> taken = [.. paths.Where(path => !Refused.Contains(Path.GetFileName(path)))];
        Asked.AddRange(taken.Select(path => Path.GetFileName(path)!));
        return ValueTask.FromResult<IReadOnlyList<string>>(taken);
    }

    public ValueTask<IReadOnlyDictionary<string, string>> ResolveAsync(IReadOnlyCollection<string> fids, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, string>>(fids.Where(_fids.ContainsKey).ToDictionary(fid => fid, fid => _fids[fid]));

    public void Dispose() => System.IO.Directory.Delete(Mount, recursive: true);
}
