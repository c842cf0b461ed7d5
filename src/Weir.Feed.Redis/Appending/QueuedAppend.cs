namespace Weir.Feed.Redis.Appending;

/// <summary>One piece of an append with own ids, on its way.</summary>
/// <param name="request">What is sent; it is kept until the outcome is certain.</param>
/// <param name="last">Its last id.</param>
/// <param name="place">Where it belongs.</param>
/// <param name="isBuffered">Whether its caller has gone already, so that a failure must be told to a later one.</param>
internal sealed class QueuedAppend(AppendRequest request, RecordId last, AppendPlace place, bool isBuffered)
{
    private readonly TaskCompletionSource<RecordId> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AppendRequest Request => request;

    public AppendPlace Place => place;

    public int SizeBytes { get; } = request.Command.Length;

    public RecordId LastId => last;

    public bool IsBuffered => isBuffered;

    /// <summary>Whether it was written to the topic's pipeline and its reply is to be awaited.</summary>
    public bool IsPosted { get; set; }

    /// <summary>Whether something before it in the pipeline went wrong, so that a refusal says nothing about it.</summary>
    public bool IsOvertaken { get; set; }

    /// <summary>Whether it was sent and its reply was lost, so that it may have been carried out.</summary>
    public bool MayBeApplied { get; set; }

    public Task<RecordId> Done => _done.Task;

    /// <summary>The request in the form in which it can be sent (again) on its own.</summary>
    public AppendRequest ToRepeatable()
    {
        // The old request's buffer is left to the collector: a connection that is just ending may still read it.
        if (request is WatchedAppend watched) request = watched.ToScript();
        return request;
    }

    public void Complete(RecordId last)
    {
        _done.TrySetResult(last);
        request.Dispose();
    }

    public void Fail(Exception failure)
    {
        _done.TrySetException(failure);
        _ = _done.Task.Exception; // A buffered append has no one to observe it; the failure is told to the topic's next caller.
        request.Dispose();
    }
}

/// <summary>Where a piece of an append belongs.</summary>
/// <param name="First">Its first id.</param>
/// <param name="Expected">The last id that its caller expects.</param>
/// <param name="Previous">The last id of the piece before it in the same batch; zero when it is the first.</param>
internal readonly record struct AppendPlace(RecordId First, RecordId? Expected, RecordId Previous);
