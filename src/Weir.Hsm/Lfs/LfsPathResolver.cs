using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Lustre;

namespace Weir.Hsm.Lfs;

/// <summary>
/// Finds paths by <c>lfs fid2path MOUNT FID…</c>, many at a time. The program's output does not say which line belongs to which fid, so
/// only an answer of one line for each is taken as it is; otherwise each fid is asked for alone, and the first of its paths counts.
/// </summary>
public sealed class LfsPathResolver : IPathResolver
{
    /// <summary>As many fids as surely fit a command line.</summary>
    private const int MaxFids = 64;

    private readonly string _mountPoint;
    private readonly PathCache _cache;
    private readonly ILogger _logger;
    private LfsProgram? _lfs;

    /// <param name="mountPoint">Where the file system is mounted, or its name.</param>
    public LfsPathResolver(string mountPoint, ILogger? logger = null, int cachedPaths = 65_536, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(mountPoint);
        _mountPoint = mountPoint;
        _logger = logger ?? NullLogger.Instance;
        _cache = new(cachedPaths, TimeSpan.FromMinutes(1), time ?? TimeProvider.System);
    }

    /// <summary>The program.</summary>
    public string Program { get; init; } = "lfs";

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public async ValueTask<IReadOnlyDictionary<string, string>> ResolveAsync(
        IReadOnlyCollection<string> fids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fids);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        var unknown = new List<string>();
        foreach (string fid in fids)
        {
            if (!_cache.TryGet(fid, out string? path)) unknown.Add(fid);
            else if (path is not null) paths[fid] = path;
        }

        foreach (string[] some in unknown.Chunk(MaxFids))
        {
            foreach ((string fid, string? path) in await AskAsync(some, cancellationToken))
            {
                _cache.Set(fid, path);
                if (path is not null) paths[fid] = path;
            }
        }

        return paths;
    }

    private async Task<List<(string Fid, string? Path)>> AskAsync(string[] fids, CancellationToken cancellationToken)
    {
        var answers = new List<(string, string?)>(fids.Length);
        var asked = new List<(string Fid, string Argument)>(fids.Length);
        foreach (string fid in fids)
        {
            // Nothing else gets onto the command line.
            if (Fid.TryParse(Encoding.UTF8.GetBytes(fid), out Fid parsed)) asked.Add((fid, $"[{parsed}]"));
            else answers.Add((fid, null));
        }

        if (asked.Count == 0) return answers;
        string[]? lines = await RunAsync(asked.ConvertAll(one => one.Argument), cancellationToken);
        if (lines?.Length == asked.Count)
        {
            for (int i = 0; i < lines.Length; i++) answers.Add((asked[i].Fid, lines[i]));
            return answers;
        }

        foreach ((string fid, string argument) in asked)
        {
            string[]? own = asked.Count == 1 ? lines : await RunAsync([argument], cancellationToken);
            answers.Add((fid, own is { Length: > 0 } ? own[0] : null));
        }

        return answers;
    }

    /// <summary>The lines the program printed; null when it failed.</summary>
    private async Task<string[]?> RunAsync(List<string> arguments, CancellationToken cancellationToken)
    {
        _lfs ??= new(Program, Timeout, _logger);
        return await _lfs.RunAsync("fid2path", [_mountPoint, .. arguments], cancellationToken) is { ExitCode: 0 } answer ? answer.Lines : null;
    }
}
