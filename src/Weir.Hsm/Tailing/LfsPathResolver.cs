using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Lustre;

namespace Weir.Hsm.Tailing;

/// <summary>
/// Finds paths by <c>lfs fid2path MOUNT FID…</c>, many at a time. The program's output does not say which line belongs to which fid, so
/// only an answer of one line for each is taken as it is; otherwise each fid is asked for alone, and the first of its paths counts.
/// </summary>
public sealed class LfsPathResolver : IPathResolver
{
    /// <summary>As many fids as surely fit a command line.</summary>
    private const int MaxFids = 64;

    private const int MaxOutputChars = 1024 * 1024;

    private readonly string _mountPoint;
    private readonly PathCache _cache;
    private readonly ILogger _logger;
    private bool _isMissing;

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
        if (_isMissing) return null;
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add("fid2path");
        start.ArgumentList.Add(_mountPoint);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            return await ReadAsync(process, cancellationToken);
        }
        catch (Win32Exception missing)
        {
            _isMissing = true;
            ShipLog.LfsMissing(_logger, Program, missing.Message);
            return null;
        }
    }

    private async Task<string[]?> ReadAsync(Process process, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            process.StandardInput.Close();
            Task<string> errors = ReadSomeAsync(process.StandardError, limit.Token);
            string output = await ReadSomeAsync(process.StandardOutput, limit.Token);
            await errors;
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ShipLog.LfsTooSlow(_logger, Program, Timeout.TotalSeconds);
            return null;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>Reads to the end and keeps a limited part of it.</summary>
    private static async Task<string> ReadSomeAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellationToken) is > 0 and int read)
        {
            if (text.Length < MaxOutputChars) text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}
