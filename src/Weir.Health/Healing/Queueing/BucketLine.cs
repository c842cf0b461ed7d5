namespace Weir.Health.Healing.Queueing;

/// <summary>The jobs of one bucket in a lane, first come first served.</summary>
internal sealed class BucketLine(HealLane lane, string bucket)
{
    private long _tickets;

    public HealLane Lane => lane;

    public string Bucket => bucket;

    /// <summary>Its place in the lane's round; null while it is empty.</summary>
    public LinkedListNode<BucketLine>? Place { get; set; }

    public HealJob? First { get; private set; }

    public HealJob? Last { get; private set; }

    public int Count { get; private set; }

    public void Add(HealJob job)
    {
        job.Line = this;
        job.Ticket = _tickets++;
        job.Previous = Last;
        job.Next = null;
        if (Last is null) First = job;
        else Last.Next = job;
        Last = job;
        Count++;
    }

    public void Remove(HealJob job)
    {
        if (job.Previous is null) First = job.Next;
        else job.Previous.Next = job.Next;
        if (job.Next is null) Last = job.Previous;
        else job.Next.Previous = job.Previous;
        (job.Line, job.Next, job.Previous) = (null, null, null);
        Count--;
    }
}
