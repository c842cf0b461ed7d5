using System.Text;

namespace Weir.Coordinator.Server;

/// <summary>
/// Files that tell users of their requests: lines are appended, and a file that nothing was written to for one and a half to two intervals is
/// removed. What waits is told of once an interval, so its file stays, also when that comes a little late.
/// </summary>
internal sealed class ReportFiles(string directory, TimeSpan interval, ServerState state)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long LastWrite, bool HasFailed)> _files = new(StringComparer.Ordinal);

    /// <summary>Appends a line. What cannot be written is logged once and passed over: a report holds nothing up.</summary>
    public void Append(string name, string line)
    {
        lock (_gate) Write(name, line);
    }

    /// <summary>How often <see cref="Sweep"/> is to be called.</summary>
    public TimeSpan SweepInterval => interval / 2;

    /// <summary>Removes what is idle.</summary>
    public void Sweep()
    {
        lock (_gate) RemoveIdle();
    }

    private void Write(string name, string line)
    {
        bool hasFailed = _files.GetValueOrDefault(name).HasFailed;
        string path = Path.Combine(directory, name);
        try
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
            file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            hasFailed = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!hasFailed) CoordinatorLog.ReportNotWritten(state.Logger, path, exception.Message);
            hasFailed = true;
        }

        _files[name] = (state.Time.GetTimestamp(), hasFailed);
    }

    private void RemoveIdle()
    {
        foreach ((string name, (long lastWrite, _)) in _files)
        {
            if (state.Time.GetElapsedTime(lastWrite) < interval * 1.5) continue;
            _files.Remove(name);
            try
            {
                File.Delete(Path.Combine(directory, name));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                CoordinatorLog.ReportNotWritten(state.Logger, Path.Combine(directory, name), exception.Message);
            }
        }
    }
}
