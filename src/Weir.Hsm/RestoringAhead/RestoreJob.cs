using System.Security.Cryptography;
using System.Text;

namespace Weir.Hsm.RestoringAhead;

/// <summary>The files of one directory that are being restored ahead. There is one job for a directory at a time.</summary>
public sealed class RestoreJob
{
    private const int IdCharacters = 8;

    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);

    /// <param name="directory">The directory's whole path.</param>
    /// <param name="trigger">The name of the file whose restore began the job.</param>
    /// <param name="created">When.</param>
    /// <param name="files">The names of the files, in the order in which they are asked for.</param>
    internal RestoreJob(string directory, string trigger, DateTimeOffset created, IReadOnlyList<string> files)
    {
        Id = IdOf(directory);
        Directory = directory;
        Trigger = trigger;
        Created = created;
        Files = files;
    }

    /// <summary>Made from the directory's path.</summary>
    public string Id { get; }

    public string Directory { get; }

    public string Trigger { get; }

    public DateTimeOffset Created { get; }

    public IReadOnlyList<string> Files { get; }

    /// <summary>How many of <see cref="Files"/> were looked at.</summary>
    public int Next { get; internal set; }

    public int Remaining => Files.Count - Next;

    /// <summary>Names of the files that were asked for and are not there yet.</summary>
    public IReadOnlyCollection<string> InFlight => _inFlight;

    public long Restored { get; internal set; }

    public long Failed { get; internal set; }

    /// <summary>Files that had nothing to restore, or were gone.</summary>
    public long Skipped { get; internal set; }

    /// <summary>Whether somebody asked for its end, and the process that works on it has not heard of it yet.</summary>
    public bool IsCancelling { get; internal set; }

    /// <summary>Whether its file says the same.</summary>
    internal bool IsKept { get; set; } = true;

    internal bool IsDone => Remaining == 0 && _inFlight.Count == 0;

    internal static string IdOf(string directory) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..IdCharacters];

    internal string PathOf(string name) => Path.Join(Directory, name);

    internal void Begin(string name) => _inFlight.Add(name);

    internal bool End(string name) => _inFlight.Remove(name);
}
