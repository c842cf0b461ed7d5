using System.Collections.Concurrent;
using System.Text;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Walks all drives of a set together, in one order, in bounded memory. What lies ahead is visited before its turn, so that no drive waits
/// for another, or for whoever takes the results.
/// </summary>
internal sealed class SetWalk
{
    private const int MaxBatches = 4;
    private const int MinBatch = 8, MaxBatch = 128;

    /// <summary>Directories that are held at once, visited or not.</summary>
    private const int MaxNodes = 2048;

    /// <summary>Names that are held at once, beyond which only what comes next is visited.</summary>
    private const int MaxNames = 65_536;

    /// <summary>Names that become nodes at once.</summary>
    private const int NodesAtOnce = 256;

    /// <summary>What names were kept in that is kept for others.</summary>
    private const int MaxNameMemory = 2;

    /// <summary>Directories that are given before the drives are looked after again.</summary>
    private const int TurnsBetweenFillings = 32;

    /// <summary>A visit opens and reads metadata, looks at its directory, and where that has others lists it.</summary>
    private const int CallsOfVisit = 3;

    private readonly DriveQueues _queues;
    private readonly IReadOnlyList<Drive?> _drives;
    private readonly VerifyOptions _options;
    private readonly ConcurrentBag<DirectoryVisitor>[] _visitors;
    private readonly List<WalkBatch> _inFlight = [];
    private readonly Stack<NameMemory> _nameMemory = [];
    private WalkNode? _head;
    private int _batchSize = 2 * MinBatch;
    private long _names;
    private int _turn;

    public SetWalk(DriveQueues queues, DrivePool pool, int set, VerifyOptions options)
    {
        _queues = queues;
        _drives = pool.Set(set);
        _options = options;
        _visitors = [.. _drives.Select(_ => new ConcurrentBag<DirectoryVisitor>())];
        ushort all = 0;
        for (int position = 0; position < _drives.Count; position++)
        {
            if (_drives[position] is not null) all |= (ushort)(1 << position);
        }

        _head = new("", all, WalkNodeKind.List) { IsSilent = true };
    }

    /// <summary>The next directory that was visited; null after the last.</summary>
    public async ValueTask<WalkNode?> NextAsync(CancellationToken cancellationToken)
    {
        while (_head is { } head)
        {
            if (head.Visits is null || ++_turn % TurnsBetweenFillings == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ExpandCompleted();
                Fill();
                // Nothing may be left of what was next: names that are none of those wanted.
                if (_head is null) return null;
                head = _head;
            }

            if (head.Kind == WalkNodeKind.Names)
            {
                Unfold(null, head);
                continue;
            }

            if (head.Visits is null)
            {
                // What comes next is visited whatever else is under way.
                if (head.Batch is null) Submit(Gather());
                await head.Batch!.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            Expand(head.Batch!);
            _head = head.Next;
            if (head is { Kind: WalkNodeKind.Visit, IsSilent: false }) return head;
        }

        return null;
    }

    private void ExpandCompleted()
    {
        for (int i = _inFlight.Count - 1; i >= 0; i--)
        {
            if (_inFlight[i].Completion.IsCompleted) Expand(_inFlight[i]);
        }
    }

    /// <summary>Puts what a visit found behind the directories that it was found in.</summary>
    private void Expand(WalkBatch batch)
    {
        if (batch.IsExpanded) return;
        batch.IsExpanded = true;
        _inFlight.Remove(batch);
        long children = 0;
        foreach (WalkNode node in batch.Nodes)
        {
            if (!node.HasNames) continue;
            node.Names.Close();
            if (node.Names.Count == 0) continue;
            children += node.Names.Count;
            // More than fit: it is listed by itself, with more room.
            WalkNode below = node.Kind == WalkNodeKind.Visit && node.Names.IsTruncated
                ? new(node.Path, (ushort)(node.Drives | node.Names.Failed), WalkNodeKind.List) { IsBelowObject = node.IsObject, IsSilent = true }
                : new(node.Path, node.Drives, WalkNodeKind.Names) { Names = node.Names, IsBelowObject = node.Kind == WalkNodeKind.Visit ? node.IsObject : node.IsBelowObject };
            if (below.Kind == WalkNodeKind.Names) _names += below.Names.Count;
            below.Next = node.Next;
            node.Next = below;
        }

        // Where directories hold many others, few are visited at once; where they are objects, many.
        long average = children / batch.Nodes.Count;
        _batchSize = Math.Clamp((int)(8192 / (average + 1)), MinBatch, Math.Min(MaxBatch, _batchSize * 2));
    }

    private void Fill()
    {
        while (_inFlight.Count < MaxBatches && Gather() is { Count: > 0 } nodes)
        {
            // A short batch only where nothing else is under way: soon there will be more to go with it.
            if (nodes.Count < _batchSize && _inFlight.Count > 0 && !ReferenceEquals(nodes[0], _head)) return;
            Submit(nodes);
        }
    }

    /// <summary>The next directories that nobody visits yet, as many as are visited together.</summary>
    private List<WalkNode> Gather()
    {
        var nodes = new List<WalkNode>();
        WalkNode? before = null;
        int seen = 0;
        for (WalkNode? node = _head; node is not null && seen < MaxNodes; seen++)
        {
            if (node.Kind == WalkNodeKind.Names)
            {
                node = Unfold(before, node);
                continue;
            }

            if (node.Batch is null)
            {
                bool isNext = ReferenceEquals(node, _head);
                // Large listings one at a time, when their turn comes.
                if (node.Kind == WalkNodeKind.List) return isNext ? [node] : nodes;
                if (nodes.Count == 0 && !isNext && _names > MaxNames && _batchSize < MaxBatch) return nodes;
                nodes.Add(node);
                if (nodes.Count >= _batchSize) return nodes;
            }

            before = node;
            node = node.Next;
        }

        return nodes;
    }

    /// <summary>Makes nodes of some names and lays them before the rest of the names; gives the first of what now stands in that place.</summary>
    private WalkNode? Unfold(WalkNode? before, WalkNode names)
    {
        WalkNode? first = null, last = null;
        NameWindow window = names.Names;
        int made = 0;
        while (names.NextName < window.Count && made < NodesAtOnce)
        {
            int index = names.NextName++;
            _names--;
            if (Child(names, window.Name(index), window.Drives(index)) is not { } child) continue;
            made++;
            if (last is null) first = child;
            else last.Next = child;
            last = child;
        }

        WalkNode? rest = names;
        if (names.NextName >= window.Count)
        {
            rest = names.Next;
            if (window.IsTruncated) rest = new(names.Path, names.Drives, WalkNodeKind.List) { After = window.Last(), IsBelowObject = names.IsBelowObject, IsSilent = true, Next = names.Next };
            if (window.Release() is { Entries.Length: > 2 * WalkNode.SmallNames } memory && _nameMemory.Count < MaxNameMemory) _nameMemory.Push(memory);
        }

        if (last is not null) last.Next = rest;
        WalkNode? stands = first ?? rest;
        if (before is null) _head = stands;
        else before.Next = stands;
        return stands;
    }

    private WalkNode? Child(WalkNode parent, ReadOnlySpan<byte> nameBytes, ushort drives)
    {
        if (!System.Text.Unicode.Utf8.IsValid(nameBytes))
        {
            NoteName(parent.Path, nameBytes, drives);
            return null;
        }

        string name = Encoding.UTF8.GetString(nameBytes);
        if (parent.Path.Length == 0) return WalkRules.IsBucket(name) && _options.Buckets?.Invoke(name) != false && IsWanted(name, out _) ? new(name, drives, WalkNodeKind.List) { IsSilent = true } : null;
        if (!WalkRules.IsWalked(parent.Path, name)) return null;
        string path = $"{parent.Path}/{name}";
        return IsWanted(path, out bool isSilent) ? new(path, drives, WalkNodeKind.Visit) { IsBelowObject = parent.IsBelowObject, IsSilent = isSilent } : null;
    }

    /// <summary>No server makes such a name: it was damaged, and with it all that is below is out of reach.</summary>
    private void NoteName(string parent, ReadOnlySpan<byte> name, ushort drives)
    {
        string problem = $"{(parent.Length == 0 ? "its root" : parent)} has a name that is no UTF-8 ({Convert.ToHexStringLower(name)}), with what is below";
        for (int position = 0; position < _drives.Count; position++)
        {
            if ((drives & 1 << position) != 0 && _drives[position] is { } drive) _queues[drive].NoteError(problem);
        }
    }

    private bool IsWanted(string path, out bool isSilent)
    {
        isSilent = false;
        if (_options.Below is { } below && !WalkRules.IsWithin(path, below))
        {
            if (!WalkRules.IsWithin(below, path)) return false;
            isSilent = true;
        }

        if (_options.After is not { } after || WalkRules.Compare(path, after) > 0) return true;
        isSilent = true;
        return WalkRules.IsWithin(after, path);
    }

    private void Submit(List<WalkNode> nodes)
    {
        var batch = new WalkBatch(nodes);
        foreach (WalkNode node in nodes)
        {
            node.Batch = batch;
            node.Visits = null;
            if (node.Kind == WalkNodeKind.List && _nameMemory.TryPop(out NameMemory? memory)) node.Memory = memory;
        }

        _inFlight.Add(batch);
        batch.Completion = VisitAsync(batch);
    }

    private async Task VisitAsync(WalkBatch batch)
    {
        Visit[]?[] answers = await Task.WhenAll(_drives.Select((drive, position) => VisitAsync(drive, position, batch))).ConfigureAwait(false);
        for (int i = 0; i < batch.Nodes.Count; i++)
        {
            var visits = new Visit[_drives.Count];
            for (int position = 0; position < visits.Length; position++)
            {
                if (answers[position] is { } answer) visits[position] = answer[i];
                else visits[position] = new(_drives[position] is null ? VisitState.Away : VisitState.Failed, 0, null, 0);
            }

            batch.Nodes[i].Visits = visits;
        }
    }

    private async Task<Visit[]?> VisitAsync(Drive? drive, int position, WalkBatch batch)
    {
        if (drive is null) return null;
        DriveQueue queue = _queues[drive];
        try
        {
            return await queue.RunAsync(worker => Visit(worker, queue, position, batch)).ConfigureAwait(false);
        }
        catch (DriveFileException)
        {
            // The queue says why; what the drive has is unknown.
            foreach (WalkNode node in batch.Nodes) node.Names.NoteFailure(position);
            return null;
        }
    }

    private Visit[] Visit(DriveWorker worker, DriveQueue queue, int position, WalkBatch batch)
    {
        if (!_visitors[position].TryTake(out DirectoryVisitor? visitor)) visitor = new(queue.Drive, position, _drives.Count, _options.Examine.Mode, _options.Choose is not null);
        var visits = new Visit[batch.Nodes.Count];
        for (int i = 0; i < visits.Length; i++)
        {
            WalkNode node = batch.Nodes[i];
            if ((node.Drives >> position & 1) == 0)
            {
                visits[i] = new(VisitState.Absent, 0, null, 0);
                continue;
            }

            worker.AdmitCalls(node.Kind == WalkNodeKind.List ? 1 : CallsOfVisit);
            // The first position that has the directory keeps the versions.
            bool wantsVersions = System.Numerics.BitOperations.TrailingZeroCount(node.Drives) == position;
            visits[i] = node.Kind == WalkNodeKind.List ? visitor.List(node.Path, node) : visitor.Visit(node.Path, node, wantsVersions);
            if (visits[i].Error is { } error) queue.NoteError(error);
            worker.Pass(visits[i].Files);
            // The parts after the first were looked at too; how many there are is known only now.
            worker.Charge(Math.Max(0, visits[i].Files - 1 - CallsOfVisit), visits[i].Bytes);
        }

        _visitors[position].Add(visitor);
        return visits;
    }
}
