using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Agents;

/// <summary>
/// An agent: it takes work from a coordinator and tells it what has ended. When the connection breaks it connects again, says what it runs,
/// and tells again every end that was not confirmed, so that nothing it has done is handed to anybody else.
/// </summary>
/// <remarks>
/// <code>
/// var agent = new CoordinatorAgent(new() { Server = new() { Host = "coordinator" }, Id = "mover1" }, work, logger);
/// await agent.RunAsync(stopping);
/// </code>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing that has to be given back.")]
public sealed class CoordinatorAgent
{
    private readonly AgentOptions _options;
    private readonly IAgentWork _work;
    private readonly ILogger _logger;
    private readonly RunningWork _running = new();
    private readonly SemaphoreSlim _hasEnds = new(0, 1);
    private readonly Lock _signalGate = new();
    private bool _hasBeenConnected;

    public CoordinatorAgent(AgentOptions options, IAgentWork work, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _work = work;
        _logger = logger;
    }

    /// <summary>Ends that the coordinator has not confirmed.</summary>
    public int UnconfirmedCount => _running.UnconfirmedCount;

    /// <summary>Whether the coordinator has taken this agent in and the connection is there.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Connections that were made so far.</summary>
    public int ConnectionCount { get; private set; }

    /// <summary>Tells the coordinator that a request has ended. From any thread; it is sent as soon as there is a connection.</summary>
    /// <param name="key">Which.</param>
    /// <param name="status">0, or a positive errno.</param>
    public void Done(in RequestKey key, int status)
    {
        _running.End(key, status);
        Signal();
    }

    /// <summary>Serves until it is told to stop. A connection that breaks, or cannot be made, is tried again after a while.</summary>
    /// <exception cref="CoordinatorException">The coordinator will not have this agent: trying again would not help.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan delay = _options.FirstDelay;
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            int before = ConnectionCount;
            try
            {
                await using CoordinatorConnection connection = await CoordinatorConnection.OpenAsync(_options.Server with { MaxReplyBytes = _options.MaxReplyBytes }, stopping).ConfigureAwait(false);
                await GreetAsync(connection, stopping).ConfigureAwait(false);
                await ServeAsync(connection, stopping).ConfigureAwait(false);
            }
            catch (CoordinatorException refused) when (refused.Status is not (ErrorNumber.Exists or ErrorNumber.TryAgain))
            {
                throw;
            }
            catch (IOException exception) when (!stopping.IsCancellationRequested)
            {
                if (ConnectionCount > before) delay = _options.FirstDelay;
                TimeSpan wait = delay * (0.5 + _options.Random.NextDouble());
                CoordinatorLog.AgentReconnects(_logger, _options.Id ?? "", _options.Server.ToString(), exception.Message, wait);
                await Task.Delay(wait, _options.Time, stopping).ConfigureAwait(false);
                delay = delay * 2 < _options.LongestDelay ? delay * 2 : _options.LongestDelay;
            }
        }
    }

    private async Task GreetAsync(CoordinatorConnection connection, CancellationToken stopping)
    {
        _running.Rewind();
        RequestWriter.WriteEhlo(connection.Outgoing, _options, _hasBeenConnected ? _running.Snapshot() : null);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limited.CancelAfter(_options.Server.ConnectTimeout);
        try
        {
            await connection.AskAsync(limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new IOException($"The coordinator did not answer the greeting within {_options.Server.ConnectTimeout.TotalSeconds:0.#} s.");
        }

        _hasBeenConnected = true;
        ConnectionCount++;
        CoordinatorLog.AgentIsConnected(_logger, _options.Id ?? "", _options.Server.ToString());
    }

    private async Task ServeAsync(CoordinatorConnection connection, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var asks = new Asks();
        Task sending = SendAsync(connection, asks, ending.Token);
        IsConnected = true;
        try
        {
            while (true)
            {
                Take(await connection.ReadAsync(ending.Token).ConfigureAwait(false), connection, asks);
                while (connection.TryRead() is { } next) Take(next, connection, asks);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The sender has failed; its exception says why.
        }
        finally
        {
            IsConnected = false;
            await ending.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await sending.ConfigureAwait(false);
    }

    private void Take(CoordinatorReply reply, CoordinatorConnection connection, Asks asks)
    {
        switch (reply.Command)
        {
            case "done":
                _running.Confirm();
                break;
            case "recv":
                reply.ThrowIfRefused();
                if (_options.FsName is { } mine && reply.FsName.Length > 0 && reply.FsName != mine)
                    throw new CoordinatorException("recv", ErrorNumber.Invalid, $"its work is for file system '{reply.FsName}', and this agent's is '{mine}'");
                if (_options.ArchiveIds.Count > 0 && connection.Work.Count > 0 && !_options.ArchiveIds.Contains((int)reply.ArchiveId))
                    throw new CoordinatorException("recv", ErrorNumber.Invalid, $"its work is for archive {reply.ArchiveId}, and this agent serves {string.Join(", ", _options.ArchiveIds)}");
                foreach (HsmRequest request in connection.Work) Take(request);
                asks.Again();
                Signal();
                break;
            default:
                throw new IOException($"The coordinator answers '{reply.Command}', which nobody asked.");
        }
    }

    private void Take(in HsmRequest request)
    {
        if (request.Action == HsmAction.Cancel)
        {
            if (_running.IsRunning(request.Key)) _work.Cancel(request.Key);
        }
        else if (_running.TryStart(request))
        {
            _work.Start(request);
        }
    }

    private async Task SendAsync(CoordinatorConnection connection, Asks asks, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                while (_running.TryTakeEnd(out RequestKey key, out int status)) RequestWriter.WriteDone(connection.Outgoing, key, status);
                if (asks.Take()) RequestWriter.WriteRecv(connection.Outgoing, _options.MaxArchive, _options.MaxRestore, _options.MaxRemove, _options.MaxBytes);
                await connection.FlushAsync(cancellationToken).ConfigureAwait(false);
                await _hasEnds.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The reader sees it too, or has seen it.
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Signal()
    {
        lock (_signalGate)
        {
            if (_hasEnds.CurrentCount == 0) _hasEnds.Release();
        }
    }

    /// <summary>Whether more work is to be asked for.</summary>
    private sealed class Asks
    {
        private int _isDue = 1;

        public void Again() => Volatile.Write(ref _isDue, 1);

        public bool Take() => Interlocked.Exchange(ref _isDue, 0) == 1;
    }
}
