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

    /// <summary>
    /// A user asks for something in particular, beside what is drawn; it waits like everything else and is handed over at the next pass.
    /// The file is a new one unless it is named.
    /// </summary>
    /// <exception cref="InvalidOperationException">The log is full.</exception>
    public RequestKey Ask(HsmAction action, uint archiveId, byte[] data, Fid? file = null)
    {
        if (_catalog.IsFull) throw new InvalidOperationException($"The log of {Name} is full.");
        var request = new Request { Cookie = _cookie++, Fid = file ?? NextFid(), Action = action, ArchiveId = archiveId, Data = data };
        _counts.Requests++;
        _unfinished.Add((request.Fid, action));
        Log(request);
        _waiting.Enqueue(request);
        return new(request.Cookie, request.Fid);
    }

    /// <summary>A user cancels what was asked for; nothing, when it is over.</summary>
    public void Cancel(RequestKey key)
    {
        if (_catalog.Records.FirstOrDefault(request => request.Cookie == key.Cookie && request.Victim is null) is { } victim) AskCancel(victim);
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
