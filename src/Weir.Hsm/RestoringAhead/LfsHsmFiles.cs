using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Hsm.Lfs;

namespace Weir.Hsm.RestoringAhead;

/// <summary>
/// By <c>lfs hsm_state FILE…</c> and <c>lfs hsm_restore FILE…</c>. A line of the first reads
/// <c>PATH: (0x0000000d) released exists archived, archive_id:1</c>; files without a state are told of on standard error.
/// </summary>
public sealed class LfsHsmFiles : IHsmFiles
{
    private const string FlagsStart = ": (0x";
    private const string ArchiveStart = "archive_id:";

    private readonly LfsProgram _lfs;
    private readonly ILogger _logger;

    /// <param name="logger">Is told what lfs says.</param>
    /// <param name="program">The program.</param>
    /// <param name="timeout">How long one call may take.</param>
    public LfsHsmFiles(ILogger logger, string program, TimeSpan timeout)
    {
        _logger = logger;
        _lfs = new(program, timeout, logger);
    }

    public async ValueTask<IReadOnlyDictionary<string, HsmFileState>?> ReadStatesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (await RunAsync("hsm_state", paths, cancellationToken) is not { } answer) return null;
        var asked = new HashSet<string>(paths, StringComparer.Ordinal);
        var states = new Dictionary<string, HsmFileState>(StringComparer.Ordinal);
        foreach (string line in answer.Lines)
        {
            if (TryParse(line, asked, out string path, out HsmFileState state)) states[path] = state;
        }

        // Where not one is told, it is not the files that are at fault.
        return states.Count == 0 && answer.ExitCode != 0 ? null : states;
    }

    public async ValueTask<IReadOnlyList<string>> RestoreAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (await RunAsync("hsm_restore", paths, cancellationToken) is { ExitCode: 0 }) return paths;
        if (paths.Count == 1) return [];

        // One that cannot be restored spoils the whole request.
        List<string> taken = [];
        foreach (string path in paths)
        {
            if (await RunAsync("hsm_restore", [path], cancellationToken) is { ExitCode: 0 }) taken.Add(path);
        }

        return taken;
    }

    /// <summary>A path may itself look like the rest of a line, so the longest one that was asked for counts.</summary>
    internal static bool TryParse(string line, HashSet<string> asked, out string path, out HsmFileState state)
    {
        path = "";
        state = default;
        for (int at = line.LastIndexOf(FlagsStart, StringComparison.Ordinal); at > 0; at = line.LastIndexOf(FlagsStart, at - 1, StringComparison.Ordinal))
        {
            path = line[..at];
            if (!asked.Contains(path)) continue;
            ReadOnlySpan<char> rest = line.AsSpan(at + FlagsStart.Length);
            int end = rest.IndexOf(')');
            if (end < 0 || !int.TryParse(rest[..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int flags)) return false;
            int archive = rest.IndexOf(ArchiveStart);
            int archiveId = 0;
            if (archive >= 0 && !int.TryParse(rest[(archive + ArchiveStart.Length)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out archiveId)) return false;
            state = new((HsmFileFlags)flags, archiveId);
            return true;
        }

        return false;
    }

    private async Task<LfsAnswer?> RunAsync(string verb, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        // Whole paths only: so none is taken for an option.
        foreach (string path in paths) ArgumentException.ThrowIfNullOrEmpty(path[0] == '/' ? path : null, nameof(paths));
        LfsAnswer? answer = await _lfs.RunAsync(verb, paths, cancellationToken);
        if (_lfs.IsMissing) throw new IOException("The program lfs cannot be run. It is part of the Lustre client's utilities, which this host needs.");
        if (answer is { ExitCode: not 0, Errors.Length: > 0 }) RestoreAheadLog.LfsSaid(_logger, verb, Excerpt(answer.Errors));
        return answer;
    }

    private static string Excerpt(string text)
    {
        string line = text.Split('\n')[0];
        return line.Length <= 200 ? line : line[..200];
    }
}
