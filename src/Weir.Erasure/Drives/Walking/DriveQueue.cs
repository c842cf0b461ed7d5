namespace Weir.Erasure.Drives.Walking;

/// <summary>
/// All work on one drive: done by as many threads as the drive is to serve at once, and no more. A call that does not return in time
/// makes the drive a failed one: whoever waits is told, what is queued is refused, and the thread is left to its fate, for nothing can
/// end it. What an abandoned call writes to must therefore not be used again.
/// </summary>
public sealed class DriveQueue : IDisposable
{
    private readonly DriveJobs _jobs = new();
    private readonly DriveQueueOptions _options;
    private readonly DriveWorker[] _workers;
    private readonly ITimer _watch;
    private string? _failure;
    private long _errors;
    private string? _firstError;

    public DriveQueue(Drive drive, DriveQueueOptions options)
    {
        Drive = drive;
        _options = options;
        DrivePace? pace = options.Pace?.Invoke(drive) ?? OwnPace(options);
        _workers = [.. Enumerable.Range(0, options.Concurrency).Select(_ => new DriveWorker(options, pace))];
        foreach (DriveWorker worker in _workers)
        {
            // Not the pool's: a drive that hangs must not take its threads away.
            new Thread(() => Work(worker), maxStackSize: 512 << 10) { IsBackground = true, Name = $"drive {drive.Path}" }.Start();
        }

        _watch = options.Time.CreateTimer(_ => Watch(), null, options.Timeout / 4, options.Timeout / 4);
    }

    public Drive Drive { get; }

    /// <summary>How often a directory or file of the drive could not be read while it was walked, and the first time.</summary>
    public (long Count, string? First) Errors
    {
        get
        {
            lock (_workers) return (_errors, _firstError);
        }
    }

    internal void NoteError(string message)
    {
        lock (_workers)
        {
            _errors++;
            _firstError ??= message;
        }
    }

    internal long Files => _workers.Sum(worker => worker.Files);

    /// <summary>Whether nothing is being done, nor waits to be.</summary>
    internal bool IsIdle => _jobs.IsEmpty && _workers.All(worker => worker.Current is null);

    internal long ReadBytes => _workers.Sum(worker => worker.ReadBytes);

    /// <summary>Why the drive is not asked any more; null while it is.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Does work on the drive's threads.</summary>
    /// <param name="work">Calls <see cref="DriveWorker.Progress"/> where it makes many calls to the drive.</param>
    /// <returns>What it gives; fails with what it throws, or with <see cref="DriveFileException"/> where the drive hangs.</returns>
    public Task<T> RunAsync<T>(Func<DriveWorker, T> work)
    {
        var job = new Job<T>(work);
        if (Failure is { } failure) job.Refuse(failure);
        else if (!_jobs.TryAdd(job)) job.Refuse("the work on it was ended");
        // It may have failed in between, after its queue was cleared.
        else if (Failure is { } late) job.Refuse(late);
        return job.Result;
    }

    /// <summary>Gives the drive up.</summary>
    public void Fail(string reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is not null) return;
        foreach (DriveWorker worker in _workers) worker.Current?.Refuse(reason);
        while (_jobs.TryTake(out Job? job)) job.Refuse(reason);
    }

    public void Dispose()
    {
        _watch.Dispose();
        foreach (DriveWorker worker in _workers) worker.StopWaiting();
        _jobs.End();
        while (_jobs.TryTake(out Job? job)) job.Refuse("the work on it was ended");
    }

    private static DrivePace? OwnPace(DriveQueueOptions options)
    {
        if (options.BytesPerSecond <= 0 && options.CallsPerSecond <= 0) return null;
        var pace = new DrivePace(options.Time);
        (pace.Bytes.PerSecond, pace.Calls.PerSecond) = (Math.Max(0, options.BytesPerSecond), Math.Max(0, options.CallsPerSecond));
        return pace;
    }

    private void Work(DriveWorker worker)
    {
        while (_jobs.Take() is { } job)
        {
            worker.Begin(job);
            if (Failure is { } failure) job.Refuse(failure);
            else job.Run(worker);
            worker.End();
        }
    }

    private void Watch()
    {
        foreach (DriveWorker worker in _workers)
        {
            if (worker.Current is null || _options.Time.GetElapsedTime(worker.LastProgress) < _options.Timeout) continue;
            Fail($"it has not answered for {_options.Timeout.TotalSeconds:0} s");
            return;
        }
    }

    internal abstract class Job
    {
        public abstract void Run(DriveWorker worker);

        public abstract void Refuse(string reason);
    }

    private sealed class Job<T>(Func<DriveWorker, T> work) : Job
    {
        // Whoever awaits goes on elsewhere: the drive's thread is for the drive.
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _source.Task;

        public override void Run(DriveWorker worker)
        {
            try
            {
                _source.TrySetResult(work(worker));
            }
            catch (Exception error)
            {
                _source.TrySetException(error);
            }
        }

        public override void Refuse(string reason) => _source.TrySetException(new DriveFileException(reason));
    }
}
