namespace Weir.Feed.Redis.Resp;

/// <summary>
/// One connection that many callers share: requests are written in the order they are posted and answered in that order.
/// Once something fails everything outstanding fails, and the connection is of no more use.
/// </summary>
internal sealed partial class RespConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly RespOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<RespRequest> _toSend = new();
    private readonly Queue<RespRequest> _toAnswer = new();
    private readonly ITimer _watchdog;
    private readonly Task _receiving;
    private Task _sending = Task.CompletedTask;
    private TaskCompletionSource? _room;
    private long _outstandingBytes;
    private long _lastActivity;
    private bool _isSending;
    private Exception? _failure;

    /// <param name="stream">Connected; it belongs to the connection from now on.</param>
    /// <param name="address">For messages.</param>
    /// <param name="options">Limits and times.</param>
    public RespConnection(Stream stream, string address, RespOptions options)
    {
        _stream = stream;
        _options = options;
        Address = address;
        _scanner = new(options.Limits);
        _lastActivity = options.Time.GetTimestamp();
        TimeSpan tick = options.ReplyTimeout / 4;
        _watchdog = options.Time.CreateTimer(static self => ((RespConnection)self!).Watch(), this, tick, tick);
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Whom this is a connection to, for messages.</summary>
    public string Address { get; }

    /// <summary>Whether requests can still be posted.</summary>
    public bool IsUsable => Volatile.Read(ref _failure) is null;

    /// <summary>Waits until fewer bytes than allowed are outstanding. Senders of much call this first.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_failure is not null || _outstandingBytes < _options.MaxOutstandingBytes) return;
                room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Queues a request. It is told its replies or its failure, also when the connection has failed already.</summary>
    public void Post(RespRequest request)
    {
        Exception? failure;
        lock (_gate)
        {
            failure = _failure;
            if (failure is null)
            {
                request.Prepare();
                _outstandingBytes += request.PostedBytes;
                if (_toAnswer.Count == 0 && _toSend.Count == 0) _lastActivity = _options.Time.GetTimestamp();
                _toSend.Enqueue(request);
                if (_isSending) return;
                _isSending = true;
            }
        }

        // The sender starts on the caller's thread: nearly always the bytes are gone when this returns.
        if (failure is null) _sending = SendAsync();
        else request.OnFailure(Lost(failure, wasSent: false));
    }

    /// <summary>Ends the connection; what is outstanding fails.</summary>
    public async ValueTask DisposeAsync()
    {
        Fail(new ObjectDisposedException(nameof(RespConnection)));
        await _receiving;
        await _sending;
        await _stream.DisposeAsync();
    }

    private void Watch()
    {
        lock (_gate)
        {
            if (_failure is not null || _toAnswer.Count + _toSend.Count == 0) return;
            TimeSpan allowed = _options.ReplyTimeout + (_toAnswer.TryPeek(out RespRequest? head) ? head.Blocking : TimeSpan.Zero);
            if (_options.Time.GetElapsedTime(_lastActivity) < allowed) return;
        }

        string sent = Volatile.Read(ref _progressBytes) > 0 ? "hardly anything" : "nothing";
        Fail(new TimeoutException($"it owes a reply and has sent {sent} for {_options.ReplyTimeout.TotalSeconds:0.#} s"));
    }

    private void Fail(Exception failure)
    {
        RespRequest[] sent, unsent;
        lock (_gate)
        {
            if (_failure is not null) return;
            _failure = failure;
            sent = [.. _toAnswer];
            unsent = [.. _toSend];
            _toAnswer.Clear();
            _toSend.Clear();
            _room?.TrySetResult();
        }

        _watchdog.Dispose();
        _stream.Close();
        foreach (RespRequest request in sent) request.OnFailure(Lost(failure, wasSent: true));
        foreach (RespRequest request in unsent) request.OnFailure(Lost(failure, wasSent: false));
    }

    private IOException Lost(Exception failure, bool wasSent) => failure is RespProtocolException wrong
        ? wrong
        : new RespConnectionLostException(
            failure is ObjectDisposedException ? $"The connection to {Address} was closed." : $"The connection to {Address} was lost: {failure.Message}",
            wasSent,
            failure);
}
