namespace Weir.Lab.Disks;

/// <summary>
/// A directory: its entries as processes see them, those that are on the platter, and the changes between the two in their
/// order. A change is atomic (a rename moves one name and replaces another in one step).
/// </summary>
internal sealed class DirectoryNode : Node
{
    private readonly Dictionary<string, Node> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _durable = new(StringComparer.Ordinal);
    private readonly List<EntryChange> _pending = [];

    public IReadOnlyDictionary<string, Node> Entries => _entries;

    public Node? Find(string name) => _entries.GetValueOrDefault(name);

    public void Link(string name, Node node) => Change(new(null, name, node));

    public void Unlink(string name) => Change(new(name, null, null));

    public void Rename(string from, string to) => Change(new(from, to, _entries[from]));

    public void Sync()
    {
        foreach (EntryChange change in _pending) change.Apply(_durable);
        _pending.Clear();
    }

    /// <summary>The platter's entries become the directory, all the way down.</summary>
    public void LosePower(Unsynced unsynced, Random random)
    {
        // A journal keeps a leading part of the changes; a file system without one may keep any.
        int journaled = unsynced == Unsynced.Random && random.Next(2) == 0 ? random.Next(_pending.Count + 1) : -1;
        for (int i = 0; i < _pending.Count; i++)
            if (journaled >= 0 ? i < journaled : unsynced.Survives(random)) _pending[i].Apply(_durable);
        _pending.Clear();
        _entries.Clear();
        foreach ((string name, Node node) in _durable.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            _entries.Add(name, node);
            if (node is FileNode file) file.LosePower(unsynced, random);
            else ((DirectoryNode)node).LosePower(unsynced, random);
        }
    }

    public override Node Clone()
    {
        var clone = new DirectoryNode();
        var clones = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        Node CloneOnce(Node node) => clones.TryGetValue(node, out Node? known) ? known : clones[node] = node.Clone();
        foreach ((string name, Node node) in _entries) clone._entries.Add(name, CloneOnce(node));
        foreach ((string name, Node node) in _durable) clone._durable.Add(name, CloneOnce(node));
        foreach (EntryChange change in _pending)
            clone._pending.Add(change with { Node = change.Node is null ? null : CloneOnce(change.Node) });
        return clone;
    }

    private void Change(EntryChange change)
    {
        change.Apply(_entries);
        _pending.Add(change);
    }

    private sealed record EntryChange(string? Removed, string? Added, Node? Node)
    {
        public void Apply(Dictionary<string, Node> entries)
        {
            if (Removed is not null) entries.Remove(Removed);
            if (Added is null) return;
            // A node has one name, also where the change that gave it the one before did not survive.
            foreach ((string name, Node node) in entries)
                if (ReferenceEquals(node, Node)) entries.Remove(name);
            entries[Added] = Node!;
        }
    }
}
