using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>Clears away what agents that were killed have left of a file's copies.</summary>
internal sealed class Leftovers(ArchiveTree tree, ILogger logger, TimeProvider time)
{
    /// <summary>Whoever is at work writes more often.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromHours(1);

    /// <summary>Removes this agent's own, and others' that nobody has written to for an hour.</summary>
    public void Remove(SafeFileHandle directory, Fid fid, string agent)
    {
        string path = tree.PathOf(fid), start = path[(path.LastIndexOf('/') + 1)..] + TemporaryName.Mark;
        string own = TemporaryName.Of(fid.ToString(), agent);
        string[] found;
        try
        {
            found = [.. System.IO.Directory.EnumerateFiles($"/proc/self/fd/{directory.DangerousGetHandle()}", start + "*").Select(name => Path.GetFileName(name)!)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }

        foreach (string name in found)
        {
            if (!name.StartsWith(own, StringComparison.Ordinal) && !IsStale(directory, name)) continue;
            NativeFiles.Remove(directory, name);
            if (!name.StartsWith(own, StringComparison.Ordinal)) MoverLog.LeftBehind(logger, $"{path[..path.LastIndexOf('/')]}/{name}");
        }
    }

    private bool IsStale(SafeFileHandle directory, string name)
    {
        using SafeFileHandle? file = NativeFiles.OpenAt(directory, name, NativeFiles.ReadOnly | NativeFiles.NonBlocking, 0, out int _);
        if (file is null) return false;
        FileStatus status = NativeFiles.Status(file, name);
        return status.IsRegular && time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(Math.Max(status.ModifySeconds, status.ChangeSeconds)) > StaleAfter;
    }
}
