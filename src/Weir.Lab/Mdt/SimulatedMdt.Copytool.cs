using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Lab.Mdt;

/// <content>Requests in the hands of a copytool outside of the simulation.</content>
public sealed partial class SimulatedMdt
{
    private const int Cancelled = 125;

    private readonly Dictionary<RequestKey, Request> _handedOver = [];
    private readonly Dictionary<RequestKey, Request> _cancelsForwarded = [];

    /// <summary>Who carries out the requests; null for agents that are simulated here.</summary>
    internal ICopytool? Copytool { get; set; }

    /// <summary>What was handed over and has not been reported on, as <c>hsm/active_requests</c> would list it.</summary>
    public IEnumerable<HsmRequest> Active => _handedOver.Values.OrderBy(request => request.Cookie).Select(ToHsmRequest);

    /// <summary>What became of a request: 0, or a positive error number. False when the MDT does not have it handed over (any more).</summary>
    internal bool Report(RequestKey key, int errno)
    {
        if (!_handedOver.Remove(key, out Request? request)) return false;
        request.Attempt++;
        _started--;
        End(request, errno == 0 ? HsmStatus.Succeed : errno == Cancelled ? HsmStatus.Canceled : HsmStatus.Failed);
        if (_cancelsForwarded.Remove(key, out Request? cancel)) End(cancel, errno == Cancelled ? HsmStatus.Succeed : HsmStatus.Failed);
        return true;
    }

    private void HandOver(Request request)
    {
        HsmRequest handed = ToHsmRequest(request);
        _handedOver[handed.Key] = request;
        Plan(Step.TimeOut, _options.ActiveRequestTimeout, request);
        Copytool!.Take(handed);
    }

    private void ForwardCancel(Request cancel)
    {
        RequestKey key = new(cancel.Cookie, cancel.Fid);
        _cancelsForwarded[key] = cancel;
        Copytool!.Cancel(key);
    }

    private void ForgetHandedOver(Request request)
    {
        RequestKey key = new(request.Cookie, request.Fid);
        _handedOver.Remove(key);
        if (_cancelsForwarded.Remove(key, out Request? cancel)) End(cancel, HsmStatus.Failed);
    }

    private static HsmRequest ToHsmRequest(Request request) => new()
    {
        Action = request.Action,
        Fid = request.Fid,
        DataFid = request.Fid,
        Cookie = request.Cookie,
        ExtentLength = ulong.MaxValue,
        ArchiveId = request.ArchiveId,
        Flags = request.Flags,
        Data = request.Data,
    };
}
