namespace Weir.Hsm.Lfs;

/// <summary>The paths used last, a limited number of them. That a file has none is believed for a while only.</summary>
internal sealed class PathCache(int capacity, TimeSpan missLifetime, TimeProvider time)
{
    private readonly Dictionary<string, LinkedListNode<Entry>> _byFid = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();

    public int Count => _byFid.Count;

    /// <param name="path">The path, or null when it is known that there is none.</param>
    /// <returns>Whether anything is known.</returns>
    public bool TryGet(string fid, out string? path)
    {
        path = null;
        if (!_byFid.TryGetValue(fid, out LinkedListNode<Entry>? node)) return false;
        if (node.Value.Path is null && time.GetElapsedTime(node.Value.Found) >= missLifetime) return false;
        _byUse.Remove(node);
        _byUse.AddFirst(node);
        path = node.Value.Path;
        return true;
    }

    public void Set(string fid, string? path)
    {
        if (_byFid.Remove(fid, out LinkedListNode<Entry>? before)) _byUse.Remove(before);
        _byFid[fid] = _byUse.AddFirst(new Entry(fid, path, time.GetTimestamp()));
        if (_byFid.Count <= capacity) return;
        _byFid.Remove(_byUse.Last!.Value.Fid);
        _byUse.RemoveLast();
    }

    private sealed record Entry(string Fid, string? Path, long Found);
}
