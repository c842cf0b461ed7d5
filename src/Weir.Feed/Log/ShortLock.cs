using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>Locks that processes hold for the replacement of one small file.</summary>
internal static class ShortLock
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(2);

    /// <param name="path">The lock's file.</param>
    /// <param name="what">What is locked, for the message.</param>
    /// <param name="disk">Where.</param>
    /// <param name="options">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FeedException">Somebody holds it for too long.</exception>
    public static async ValueTask<IDisposable> TakeAsync(string path, string what, IDisk disk, LogEngineOptions options, CancellationToken cancellationToken)
    {
        long started = options.Time.GetTimestamp();
        while (true)
        {
            if (disk.TryLock(path, $"process {Environment.ProcessId}") is { } held) return held;
            if (options.Time.GetElapsedTime(started) > options.MarkLockTimeout)
                throw new FeedException($"{char.ToUpperInvariant(what[0])}{what[1..]} stayed locked for {options.MarkLockTimeout.TotalSeconds:0} s ({path}). A process that holds the lock hangs; stop it and try again.");
            await Task.Delay(Retry, options.Time, cancellationToken);
        }
    }
}
