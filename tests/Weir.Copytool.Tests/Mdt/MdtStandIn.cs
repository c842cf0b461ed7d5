using System.Globalization;
using System.Net.Sockets;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Mdt;

/// <summary>
/// Plays the metadata target for the stand-in: knows the requests, judges begin, progress and end as the real one does, and keeps
/// the files of a mount point and of an archive in a directory of its own.
/// </summary>
internal sealed partial class MdtStandIn : IAsyncDisposable
{
    private const int NoEntry = -2;
    private const int Cancelled = -125;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Lock _lock = new();
    private readonly Dictionary<long, HsmRequest> _requests = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource<bool> Met)> _waiters = [];
    private readonly Dictionary<Socket, (int ProcessId, Task Serving)> _connections = [];
    private readonly Task _accepting;

    public MdtStandIn()
    {
        Root = Directory.CreateTempSubdirectory("weir-mdt-").FullName;
        Directory.CreateDirectory(FidPath);
        Directory.CreateDirectory(Path.Combine(MountPath, ".lustre", "volatile"));
        Directory.CreateDirectory(ArchivePath);
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen(64);
        _accepting = AcceptAsync();
    }

    public string Root { get; }

    public string MountPath => Path.Combine(Root, "mount");

    public string ArchivePath => Path.Combine(Root, "archive");

    public string SocketPath => Path.Combine(Root, "mdt");

    /// <summary>Good ends of requests that had ended before, by a process that is still there.</summary>
    public int LateEnds { get; private set; }

    /// <summary>The same after the first one's process was killed: it may have died before it could tell the coordinator.</summary>
    public int EndsRepeatedAfterAKill { get; private set; }

    /// <summary>Begins of a request that another living process was at.</summary>
    public int Overlaps { get; private set; }

    /// <summary>Begins that were refused because the request had ended.</summary>
    public int LateBegins { get; private set; }

    private string FidPath => Path.Combine(MountPath, ".lustre", "fid");

    public string PathOf(HsmRequest request) => Path.Combine(FidPath, request.Fid);

    public string ArchivedPathOf(HsmRequest request) => Path.Combine(ArchivePath, request.Fid);

    /// <summary>A request becomes active here; handing it out is the coordinator's business.</summary>
    public HsmRequest Add(long cookie, MdtAction action, uint objectId)
    {
        var request = new HsmRequest(cookie, action, objectId);
        lock (_lock) _requests.Add(cookie, request);
        return request;
    }

    public void Cancel(HsmRequest request)
    {
        lock (_lock) request.IsCancelled = true;
    }

    /// <summary>Waits until the condition holds; it is looked at after each thing that happens.</summary>
    public async Task WaitAsync(Func<bool> condition, string what)
    {
        var met = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (condition()) return;
            _waiters.Add((condition, met));
        }

        await Within.TimeAsync(met.Task, what);
    }

    public Task WaitForEndAsync(params IEnumerable<HsmRequest> requests) =>
        WaitAsync(() => requests.All(request => request.IsEnded), "end of every request");

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        lock (_lock)
        {
            foreach (Socket connection in _connections.Keys) connection.Dispose();
        }

        Directory.Delete(Root, recursive: true);
    }

    private static bool IsActive(HsmRequest? request) => request is { IsEnded: false };

    private int Begin(Socket connection, string[] words)
    {
        HsmRequest? request = _requests.GetValueOrDefault(Cookie(words));
        if (!IsActive(request))
        {
            LateBegins++;
            return NoEntry;
        }

        if (request!.Worker is { } other && other != connection && _connections.ContainsKey((Socket)other)) Overlaps++;
        request.Worker = connection;
        request.BeginCount++;
        return request.IsCancelled ? Cancelled : 0;
    }

    private int Progress(string[] words)
    {
        HsmRequest? request = _requests.GetValueOrDefault(Cookie(words));
        return !IsActive(request) ? NoEntry : request!.IsCancelled ? Cancelled : 0;
    }

    private int End(Socket connection, string[] words)
    {
        HsmRequest? request = _requests.GetValueOrDefault(Cookie(words));
        if (request is not null) request.EndCount++;
        if (!IsActive(request))
        {
            if (int.Parse(words[8], CultureInfo.InvariantCulture) != 0) return NoEntry;
            if (request?.EndedBy is Socket first && !_connections.ContainsKey(first)) EndsRepeatedAfterAKill++;
            else LateEnds++;
            return NoEntry;
        }

        request!.IsEnded = true;
        request.Error = int.Parse(words[8], CultureInfo.InvariantCulture);
        request.Worker = null;
        request.EndedBy = connection;
        if (request is { Action: MdtAction.Restore, Error: 0 }) File.Move(Path.Combine(MountPath, ".lustre", "volatile", words[6]), PathOf(request), overwrite: true);
        return 0;
    }

    private static long Cookie(string[] words) => unchecked((long)ulong.Parse(words[1], CultureInfo.InvariantCulture));

    private int Answer(Socket connection, string line)
    {
        string[] words = line.Split(' ');
        lock (_lock)
        {
            int answer = words[0] switch
            {
                "BEGIN" => Begin(connection, words),
                "PROGRESS" => Progress(words),
                "END" => End(connection, words),
                _ => throw new InvalidOperationException($"The stand-in said '{line}'."),
            };
            MeetWaiters();
            return answer;
        }
    }

    private void MeetWaiters()
    {
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            if (!_waiters[i].Condition()) continue;
            _waiters[i].Met.TrySetResult(true);
            _waiters.RemoveAt(i);
        }
    }
}
