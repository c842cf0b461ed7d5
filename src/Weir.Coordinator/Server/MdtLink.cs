using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;
using Weir.Lustre;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Server;

/// <summary>
/// Takes every request from the MDTs of one file system, as a copytool registered for them, and tells them of requests that end here. A list
/// is taken from the kernel's pipe when the one before it is durable: until then the MDT holds it.
/// </summary>
public sealed class MdtLink : IActionListSink, ILustreLink
{
    private readonly LustreAgent _agent;
    private readonly ILogger _logger;
    private CoordinatorServer? _server;
    private CancellationToken _stopping;

    /// <param name="library">Which liblustreapi.</param>
    /// <param name="options">Where to register, and for which archives.</param>
    /// <param name="logger">For what it says.</param>
    /// <param name="time">The clock.</param>
    public MdtLink(LlapiLibrary library, LustreAgentOptions options, ILogger logger, TimeProvider time)
    {
        _agent = new(library, options, this, time);
        _logger = logger;
    }

    /// <summary>Brings requests to a server until it is told to stop.</summary>
    public Task RunAsync(CoordinatorServer server, CancellationToken stopping)
    {
        (_server, _stopping) = (server, stopping);
        return _agent.RunAsync(stopping);
    }

    /// <inheritdoc/>
    public ValueTask EndAsync(in HsmRequest request, int errno)
    {
        End(request, errno);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Registered(CopytoolRegistration copytool)
    {
        ArgumentNullException.ThrowIfNull(copytool);
        _server?.UseFsName(copytool.FsName);
        CoordinatorLog.Registered(_logger, copytool.FsName);
    }

    /// <inheritdoc/>
    public Task ReceiveAsync(scoped ActionListReader list)
    {
        (List<HsmRequest> requests, List<RequestKey> cancels) = Read(ref list);
        if (list.Error != ActionListError.None) CoordinatorLog.BadActionList(_logger, list.Error, list.Position);
        return TakeAsync(requests, cancels);
    }

    /// <inheritdoc/>
    public void Lost(LlapiException error, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(error);
        CoordinatorLog.LustreLost(_logger, error.Message, delay);
    }

    /// <summary>The list's requests, and what it cancels.</summary>
    internal static (List<HsmRequest> Requests, List<RequestKey> Cancels) Read(ref ActionListReader list)
    {
        List<HsmRequest> requests = [];
        List<RequestKey> cancels = [];
        while (list.TryRead(out HsmActionItem item))
        {
            if (item.Action == HsmAction.Cancel)
            {
                cancels.Add(new(item.Cookie, item.DataFid));
                continue;
            }

            requests.Add(new()
            {
                Action = item.Action,
                Fid = item.Fid,
                DataFid = item.DataFid,
                Cookie = item.Cookie,
                ExtentOffset = item.ExtentOffset,
                ExtentLength = item.ExtentLength,
                GroupId = item.GroupId,
                ArchiveId = list.ArchiveId,
                Flags = list.Flags,
                Data = item.Data.ToArray(),
            });
        }

        return (requests, cancels);
    }

    /// <summary>Puts a list into the core; what there is no room for, or what is no request, goes to <paramref name="refused"/> with the error to end it with.</summary>
    internal static void Take(CoordinatorCore core, List<HsmRequest> requests, List<RequestKey> cancels, List<(HsmRequest Request, int Errno)> refused)
    {
        foreach (HsmRequest request in requests)
        {
            switch (core.Queue(request, RequestOrigin.Lustre))
            {
                case QueueOutcome.Full:
                    refused.Add((request, ErrorNumber.NoSpace));
                    break;
                case QueueOutcome.Invalid:
                    refused.Add((request, ErrorNumber.Invalid));
                    break;
            }
        }

        foreach (RequestKey key in cancels) core.Cancel(key);
    }

    /// <summary>Ends when the list is durable: until then the MDT holds the next one.</summary>
    private async Task TakeAsync(List<HsmRequest> requests, List<RequestKey> cancels)
    {
        List<(HsmRequest Request, int Errno)> refused = [];
        await _server!.CallAsync(core => Take(core, requests, cancels, refused)).WaitAsync(_stopping).ConfigureAwait(false);
        foreach ((HsmRequest request, int errno) in refused) End(request, errno);
    }

    private void End(in HsmRequest request, int errno)
    {
        HsmActionItem item = new()
        {
            ActionNumber = (uint)request.Action.ToCode(),
            Fid = request.Fid,
            DataFid = request.DataFid,
            ExtentOffset = request.ExtentOffset,
            ExtentLength = request.ExtentLength,
            Cookie = request.Cookie,
            GroupId = request.GroupId,
            Data = request.Data.Span,
        };
        try
        {
            if (!_agent.TryEndWithError(item, errno)) CoordinatorLog.LustreNotTold(_logger, item.Cookie, errno, "there is no registration at the moment");
        }
        catch (LlapiException exception)
        {
            CoordinatorLog.LustreNotTold(_logger, item.Cookie, errno, exception.Message);
        }
    }
}
