using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Feed.Disks;

namespace Weir.Hsm.RestoringAhead;

/// <summary>
/// The jobs on disk: <c>ID.json</c> for each, replaced as a whole, and <c>ID.cancel</c> where somebody asked for a job's end. One process works on
/// them, which has the lock; any may list and cancel.
/// </summary>
public sealed class RestoreJobStore
{
    private const string JobSuffix = ".json";
    private const string CancelSuffix = ".cancel";
    private const string TemporarySuffix = ".tmp";
    private const int MaxFileBytes = 64 * 1024 * 1024;

    private readonly string _directory;
    private readonly IDisk _disk;
    private readonly ILogger _logger;

    public RestoreJobStore(string directory, IDisk disk, ILogger logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = directory;
        _disk = disk;
        _logger = logger;
    }

    /// <summary>Makes this process the one that works on the jobs.</summary>
    /// <exception cref="IOException">Another does.</exception>
    internal IDisposable Lock()
    {
        _disk.CreateDirectory(_directory);
        return TryLock() ?? throw new IOException($"Another process restores ahead with the jobs in {_directory}. End it, or name another directory.");
    }

    /// <summary>Every job, oldest first. What cannot be read is told and left out.</summary>
    public IReadOnlyList<RestoreJob> List()
    {
        List<RestoreJob> jobs = [];
        foreach (string name in _disk.List(_directory).Where(name => name.EndsWith(JobSuffix, StringComparison.Ordinal)))
        {
            if (Read(name) is { } job) jobs.Add(job);
        }

        jobs.Sort((left, right) => left.Created.CompareTo(right.Created));
        return jobs;
    }

    /// <summary>Ends a job: nothing more is asked for. What Lustre was asked for already goes on. False when there is no such job.</summary>
    /// <exception cref="IOException">It could not be noted.</exception>
    public bool Cancel(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!id.All(char.IsAsciiHexDigitLower) || !_disk.FileExists(PathOf(id, JobSuffix))) return false;
        using (IDisposable? mine = TryLock())
        {
            if (mine is not null)
            {
                Remove(id);
                return true;
            }
        }

        Replace(PathOf(id, CancelSuffix), []);
        return true;
    }

    internal bool IsCancelled(RestoreJob job) => _disk.FileExists(PathOf(job.Id, CancelSuffix));

    /// <exception cref="IOException">It could not be written; what was there is still there.</exception>
    internal void Write(RestoreJob job) => Replace(PathOf(job.Id, JobSuffix), RestoreJobFile.Write(job));

    internal void Remove(string id)
    {
        _disk.Delete(PathOf(id, JobSuffix));
        _disk.Delete(PathOf(id, CancelSuffix));
        _disk.SyncDirectory(_directory);
    }

    private IDisposable? TryLock() => _disk.TryLock(Path.Join(_directory, "lock"), $"weir hsm restore-ahead, process {Environment.ProcessId}");

    private string PathOf(string id, string suffix) => Path.Join(_directory, id + suffix);

    private RestoreJob? Read(string name)
    {
        string path = Path.Join(_directory, name);
        try
        {
            using IDiskFile? file = _disk.OpenRead(path);
            if (file is null) return null;
            if (file.Length > MaxFileBytes) throw new JsonException($"it has {file.Length} bytes");
            byte[] data = new byte[file.Length];
            int read = 0;
            while (read < data.Length && file.Read(data.AsSpan(read), read) is > 0 and int more) read += more;
            RestoreJob job = RestoreJobFile.Read(data.AsSpan(0, read));
            if (job.Id + JobSuffix != name) throw new JsonException("its name does not go with its directory");
            job.IsCancelling = IsCancelled(job);
            return job;
        }
        catch (Exception failed) when (failed is JsonException or IOException or UnauthorizedAccessException)
        {
            RestoreAheadLog.JobUnusable(_logger, path, failed.Message);
            return null;
        }
    }

    private void Replace(string path, ReadOnlySpan<byte> data)
    {
        string temporary = path + TemporarySuffix;
        using (IDiskFile file = _disk.OpenWrite(temporary))
        {
            file.Truncate(0);
            if (data.Length > 0) file.Write(data, 0);
            file.Sync();
        }

        _disk.Rename(temporary, path);
        _disk.SyncDirectory(_directory);
    }
}
