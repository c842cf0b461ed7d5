using Weir.Feed.Consuming;

namespace Weir.Feed.Log;

/// <summary>
/// Refuses appends before the disk is full or the feed larger than it may be: what is left then is for positions, marks, and the feed's own
/// topic of events, which is refused only at half the floor. Looks now and then, and not for each append.
/// </summary>
internal sealed class RoomGuard(FeedDirectory directory, LogEngineOptions options)
{
    /// <summary>So much is appended between two looks at most.</summary>
    private const long LookEveryBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _lookedAt;
    private long _appended = long.MaxValue;
    private long _free = long.MaxValue;
    private long _used;

    private bool IsOn => options.MinFreeBytes > 0 || options.MaxFeedBytes > 0;

    /// <exception cref="FeedFullException">There is too little room left.</exception>
    public void Admit(string topic, int bytes)
    {
        if (!IsOn) return;
        lock (_gate)
        {
            if (_appended >= LookEveryBytes || options.Time.GetElapsedTime(_lookedAt) >= LookEvery || !HasRoom(topic, bytes)) Look();
            if (HasRoom(topic, bytes))
            {
                _appended += bytes;
                return;
            }

            FeedMetrics.RefusedForRoom();
            throw new FeedFullException(options.MinFreeBytes > 0 && _free - _appended - bytes < options.MinFreeBytes
                ? $"No room to append to topic '{topic}' in {directory.Root}: the disk has {_free} bytes free, and {options.MinFreeBytes} are to stay free. Free some room, or let consumers catch up; then try again."
                : $"No room to append to topic '{topic}' in {directory.Root}: the feed takes {_used} bytes and may take {options.MaxFeedBytes}. Trim topics, or let consumers catch up; then try again.");
        }
    }

    private bool HasRoom(string topic, int bytes)
    {
        bool isEvent = topic == FeedEvents.Topic;
        long floor = isEvent ? options.MinFreeBytes / 2 : options.MinFreeBytes;
        return (options.MinFreeBytes == 0 || _free - _appended - bytes >= floor) && (isEvent || options.MaxFeedBytes == 0 || _used + _appended + bytes <= options.MaxFeedBytes);
    }

    private void Look()
    {
        _lookedAt = options.Time.GetTimestamp();
        _appended = 0;
        if (options.MinFreeBytes > 0) _free = directory.Disk.FreeBytes(directory.Root);
        if (options.MaxFeedBytes > 0) _used = UsedBytes();
    }

    private long UsedBytes()
    {
        long used = 0;
        foreach (string topic in directory.Topics(""))
        {
            foreach (SegmentName segment in directory.Segments(topic))
            {
                using Disks.IDiskFile? file = directory.Disk.OpenRead(Path.Combine(directory.TopicPath(topic), segment.FileName));
                used += file?.Length ?? 0;
            }
        }

        return used;
    }
}
