namespace Weir.Lustre.Llapi;

/// <summary>
/// Stays registered with the MDTs of one file system: registers, brings every list to the sink, and registers again after an unmount
/// (KUC shutdown), a lost pipe or a failure, with growing delays.
/// </summary>
/// <param name="library">Which liblustreapi.</param>
/// <param name="options">Where and for what.</param>
/// <param name="sink">Who is told.</param>
/// <param name="time">The clock of the delays.</param>
public sealed class LustreAgent(LlapiLibrary library, LustreAgentOptions options, IActionListSink sink, TimeProvider time)
{
    private volatile CopytoolRegistration? _current;

    /// <summary>Runs until cancelled, then unregisters. Never ends by an error of Lustre's.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan delay = options.MinRetryDelay;
        while (!cancellationToken.IsCancellationRequested)
        {
            (LlapiException? lost, bool wasRegistered) = await Task.Run(() => ServeAsync(cancellationToken), CancellationToken.None).ConfigureAwait(false);
            if (lost is null) return;
            if (wasRegistered) delay = options.MinRetryDelay;
            TimeSpan jittered = delay * (0.5 + 0.5 * Random.Shared.NextDouble());
            sink.Lost(lost, jittered);
            delay = delay + delay < options.MaxRetryDelay ? delay + delay : options.MaxRetryDelay;
            await Task.Delay(jittered, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Tells the MDT that a request ends here with an error, e.g. <see cref="LlapiErrno.Cancelled"/>. False when there is no
    /// registration at the moment: the MDT's own time-out ends the request then.
    /// </summary>
    /// <exception cref="LlapiException">The MDT could not be told.</exception>
    public bool TryEndWithError(scoped in HsmActionItem item, int errno)
    {
        CopytoolRegistration? copytool = _current;
        if (copytool is null) return false;
        try
        {
            CopytoolAction.EndWithError(copytool, item, errno);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>One registration's life. No error: cancelled.</summary>
    private async Task<(LlapiException? Lost, bool WasRegistered)> ServeAsync(CancellationToken cancellationToken)
    {
        bool wasRegistered = false;
        try
        {
            using CopytoolRegistration copytool = CopytoolRegistration.Register(library, options.MountPoint, [.. options.ArchiveIds]);
            using var wait = new DescriptorWait(copytool.Descriptor());
            using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(static wait => ((DescriptorWait)wait!).Wake(), wait);
            wasRegistered = true;
            _current = copytool;
            sink.Registered(copytool);
            while (!cancellationToken.IsCancellationRequested)
            {
                if (Receive(copytool) is { } taking) await taking.ConfigureAwait(false);
                else await WaitAsync(wait).ConfigureAwait(false);
            }

            return (null, true);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (null, true);
        }
        catch (LlapiException error)
        {
            return (error, wasRegistered);
        }
        finally
        {
            _current = null;
        }
    }

    /// <summary>What the sink does with the next list; null when there is none.</summary>
    private Task? Receive(CopytoolRegistration copytool) => copytool.TryReceive(out ReadOnlySpan<byte> list) ? sink.ReceiveAsync(new(list)) : null;

    /// <summary>poll(2) takes a thread for as long as nothing comes: one of its own.</summary>
    private static Task WaitAsync(DescriptorWait wait) =>
        Task.Factory.StartNew(wait.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
