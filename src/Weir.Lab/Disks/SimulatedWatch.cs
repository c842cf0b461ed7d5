namespace Weir.Lab.Disks;

/// <summary>Somebody who wants to know of changes below a directory.</summary>
internal sealed class SimulatedWatch(SimulatedProcess process, string directory, Action changed) : IDisposable
{
    private volatile bool _isDisposed;

    public bool Covers(string path) =>
        directory == "/" || (path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/'));

    public void Call()
    {
        if (!_isDisposed && process.IsAlive) changed();
    }

    public void Dispose()
    {
        _isDisposed = true;
        process.Unwatch(this);
    }
}
