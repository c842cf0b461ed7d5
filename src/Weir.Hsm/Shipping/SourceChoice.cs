using Microsoft.Win32.SafeHandles;
using Weir.Hsm.Live;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Shipping;

/// <summary>
/// Chooses among several files of one MDT, as there are for a while after a fail-over, or for ever where a copy was left behind: a whole
/// file before a cut one, then the one whose content changed last, then the one that was used before.
/// </summary>
internal sealed class SourceChoice
{
    /// <summary>What is known of files that had rivals, by path.</summary>
    private readonly Dictionary<string, Look> _looks = new(StringComparer.Ordinal);

    /// <param name="candidates">The files, two or more.</param>
    /// <param name="used">The path that was read last for this MDT; null when none was.</param>
    /// <param name="poll">The number of this poll.</param>
    public SourceFile Choose(IReadOnlyList<SourceFile> candidates, string? used, long poll)
    {
        SourceFile best = candidates[0];
        Look bestLook = LookAt(best.Path, poll);
        for (int i = 1; i < candidates.Count; i++)
        {
            Look look = LookAt(candidates[i].Path, poll);
            if (!IsBetter(candidates[i].Path, look, best.Path, bestLook, used)) continue;
            best = candidates[i];
            bestLook = look;
        }

        return best;
    }

    /// <summary>Drops what is known of files that were not looked at in this poll.</summary>
    public void Forget(long poll)
    {
        if (_looks.Count == 0) return;
        foreach ((string path, Look look) in _looks)
        {
            if (look.LookedAt != poll) _looks.Remove(path);
        }
    }

    private static bool IsBetter(string path, Look look, string bestPath, Look best, string? used)
    {
        if (look.IsWhole != best.IsWhole) return look.IsWhole;
        if (look.ChangedIn != best.ChangedIn) return look.ChangedIn > best.ChangedIn;
        return path == used && bestPath != used;
    }

    private Look LookAt(string path, long poll)
    {
        (ulong fingerprint, bool isWhole) = Read(path);
        bool isChanged = !_looks.TryGetValue(path, out Look before) || before.Fingerprint != fingerprint;
        return _looks[path] = new(fingerprint, isWhole, isChanged ? poll : before.ChangedIn, poll);
    }

    private static (ulong Fingerprint, bool IsWhole) Read(string path)
    {
        try
        {
            using SafeFileHandle handle = ActionFile.Open(path);
            using var reader = new HsmFileReader<ActionLine>(handle);
            ulong fingerprint = 1;
            while (reader.TryReadLine(out ReadOnlySpan<byte> line)) fingerprint = fingerprint * 0x9E37_79B9_7F4A_7C15 + LineHash.Compute(line);
            return (fingerprint, !reader.IsIncomplete);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return (0, false);
        }
    }

    private readonly record struct Look(ulong Fingerprint, bool IsWhole, long ChangedIn, long LookedAt);
}
