using System.Text;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>What happens to a change of the disk.</summary>
internal enum StoreFault
{
    /// <summary>It fails with EIO, once.</summary>
    InputOutput,

    /// <summary>It and all that follow fail with ENOSPC, but for removals.</summary>
    NoSpace,

    /// <summary>The process is killed before it; what was done stays.</summary>
    Kill,

    /// <summary>The process is killed in the middle of a write: half of it is done.</summary>
    KillWithin,

    /// <summary>The power fails: of what was not made durable nothing stays.</summary>
    PowerLoss,

    /// <summary>The power fails, and of what was not made durable anything may stay: names in their order, bytes at random.</summary>
    PowerLossTorn,
}

/// <summary>
/// Drives in memory. Changes of names are atomic and journaled in their order, as ext4 and xfs do; a file's bytes are durable when it was
/// synced. Making any directory or file durable brings the journal to the platter up to there, with the bytes only of what was synced.
/// </summary>
internal sealed class SimulatedStore(int seed) : IDriveStore
{
    private readonly Lock _gate = new();
    private readonly List<Action<SortedDictionary<string, Node>>> _pending = [];
    private SortedDictionary<string, Node> _names = new(StringComparer.Ordinal);
    private SortedDictionary<string, Node> _durable = new(StringComparer.Ordinal);
    private bool _isDead, _isFull;

    /// <summary>Changes so far.</summary>
    public int Changes { get; private set; }

    /// <summary>Writes of bytes among them.</summary>
    public int Writes { get; private set; }

    /// <summary>The change that goes wrong, from 1, and for <see cref="StoreFault.KillWithin"/> the write; 0 for none.</summary>
    public int FaultAt { get; set; }

    public StoreFault Fault { get; set; }

    /// <summary>What was called, for messages.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Takes a directory of this machine into memory, as if it had always been there.</summary>
    public void Load(string directory)
    {
        foreach (string path in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories)) _names[path] = new(null);
        _names[directory] = new(null);
        foreach (string path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)) _names[path] = new(File.ReadAllBytes(path));
        foreach ((string path, Node node) in _names) _durable[path] = node;
        foreach (Node node in _names.Values) node.Sync();
    }

    public SimulatedStore Clone()
    {
        var clone = new SimulatedStore(seed);
        foreach ((string path, Node node) in _names) clone._names[path] = clone._durable[path] = node.Copy();
        return clone;
    }

    /// <summary>The machine, or the process, is there again.</summary>
    public void Restart()
    {
        _isDead = _isFull = false;
        FaultAt = 0;
    }

    /// <summary>The files below a directory.</summary>
    public Dictionary<string, byte[]> Files(string directory) => _names.Where(entry => entry.Value.Bytes is not null && entry.Key.StartsWith(directory + "/", StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[(directory.Length + 1)..], entry => entry.Value.Bytes!.ToArray());

    public IDriveFile? OpenRead(string root, string relativePath)
    {
        Node? node = Find(root, relativePath);
        if (node is null) return null;
        return node.Bytes is null ? throw Error("open a directory", 21) : new OpenFile(this, node);
    }

    public DriveEntry? Stat(string root, string relativePath) => Find(root, relativePath) is not { } node ? null
        : new(node.Bytes is null ? DriveEntryKind.Directory : DriveEntryKind.File, node.Bytes?.Count ?? 0, 0);

    public void List(string root, string relativePath, DriveEntryVisitor visit)
    {
        string prefix = Path(root, relativePath) + "/";
        (string Name, Node Node)[] children;
        lock (_gate)
        {
            Live();
            children = [.. _names.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && entry.Key.IndexOf('/', prefix.Length) < 0).Select(entry => (entry.Key[prefix.Length..], entry.Value))];
        }

        foreach ((string name, Node node) in children)
        {
            if (!visit(Encoding.UTF8.GetBytes(name), node.Bytes is null ? DriveEntryKind.Directory : DriveEntryKind.File)) return;
        }
    }

    public int ReadStart(string root, string relativePath, Span<byte> buffer)
    {
        using IDriveFile? file = OpenRead(root, relativePath);
        return file?.Read(buffer, 0) ?? -1;
    }

    public DriveSpace Space(string root) => new(0, 0, false);

    public DriveOwner? FindOwner(string root, string relativePath) => Find(root, relativePath) is null ? null : new(0, 0, 0x1a4);

    public DriveStamp? FindStamp(string root, string relativePath) => Find(root, relativePath) is not { } node ? null : new(node.Number, node.Bytes?.Count ?? 0, node.Changed);

    public bool CreateDirectory(string root, string relativePath, DriveOwner owner)
    {
        string path = Path(root, relativePath);
        lock (_gate)
        {
            Live();
            if (_names.TryGetValue(path, out Node? there)) return there.Bytes is null ? false : throw Error($"make {path}", 17);
            CheckParent(path);
            Change($"mkdir {path}", () => Rename(names => names[path] = names.TryGetValue(path, out Node? had) ? had : new(null)), null);
            return true;
        }
    }

    public IDriveOutput CreateFile(string root, string relativePath, DriveOwner owner)
    {
        string path = Path(root, relativePath);
        lock (_gate)
        {
            Live();
            if (_names.ContainsKey(path)) throw Error($"make {path}", 17);
            CheckParent(path);
            var node = new Node([]);
            Change($"create {path}", () => Rename(names => names[path] = node), null);
            return new Output(this, node, path);
        }
    }

    public void Rename(string root, string from, string to, bool replaces)
    {
        string old = Path(root, from), now = Path(root, to);
        lock (_gate)
        {
            Live();
            if (!_names.TryGetValue(old, out Node? node)) throw Error($"rename {old}", 2);
            if (_names.TryGetValue(now, out Node? there) && (!replaces || there.Bytes is null)) throw Error($"rename {old} to {now}", 17);
            CheckParent(now);
            Change($"rename {old} {now}", () => Rename(names =>
            {
                foreach (string below in names.Keys.Where(path => path.StartsWith(old + "/", StringComparison.Ordinal)).ToArray())
                {
                    names[now + below[old.Length..]] = names[below];
                    names.Remove(below);
                }

                names.Remove(old);
                names[now] = node;
            }), null);
        }
    }

    public void Sync(string root, string relativePath)
    {
        string path = Path(root, relativePath);
        lock (_gate)
        {
            Live();
            if (!_names.TryGetValue(path, out Node? node)) throw Error($"sync {path}", 2);
            Change($"sync {path}", () => Commit(node), null);
        }
    }

    public void SyncAll(string root)
    {
        lock (_gate)
        {
            Live();
            Change($"syncfs {root}", () => Commit([.. _names.Where(entry => entry.Key.StartsWith(root, StringComparison.Ordinal)).Select(entry => entry.Value)]), null);
        }
    }

    public void Remove(string root, string relativePath)
    {
        string path = Path(root, relativePath);
        lock (_gate)
        {
            Live();
            if (!_names.ContainsKey(path)) return;
            if (_names.Keys.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal))) throw Error($"remove {path}", 39);
            bool wasFull = _isFull;
            _isFull = false;
            Change($"remove {path}", () => Rename(names => names.Remove(path)), null);
            _isFull = wasFull || _isFull;
        }
    }

    public IDisposable? TryLock(string root) => new Nothing();

    private static string Path(string root, string relativePath) => relativePath.Length == 0 ? root : $"{root}/{relativePath}";

    private static DriveFileException Error(string what, int error) => new($"Cannot {what}: error {error}", error);

    private Node? Find(string root, string relativePath)
    {
        lock (_gate)
        {
            Live();
            return _names.GetValueOrDefault(Path(root, relativePath));
        }
    }

    private void Live()
    {
        if (_isDead) throw Error("do anything: the process is dead", 5);
    }

    private void CheckParent(string path)
    {
        if (!_names.TryGetValue(path[..path.LastIndexOf('/')], out Node? parent) || parent.Bytes is not null) throw Error($"make {path}", 2);
    }

    private void Rename(Action<SortedDictionary<string, Node>> change)
    {
        change(_names);
        _pending.Add(change);
    }

    private void Commit(params Node[] nodes)
    {
        foreach (Action<SortedDictionary<string, Node>> change in _pending) change(_durable);
        _pending.Clear();
        foreach (Node node in nodes) node.Sync();
    }

    /// <summary>Every change goes through here: it has a number, and may be where things go wrong.</summary>
    private void Change(string what, Action change, Action? half)
    {
        int number = ++Changes;
        if (Trace.Count < 10_000) Trace.Add($"{number} {what}");
        if (_isFull) throw Error(what, 28);
        if (half is not null) Writes++;
        if (Fault == StoreFault.KillWithin) number = half is null ? 0 : Writes;
        if (number != FaultAt || FaultAt == 0)
        {
            change();
            return;
        }

        switch (Fault)
        {
            case StoreFault.InputOutput:
                half?.Invoke();
                throw Error(what, 5);
            case StoreFault.NoSpace:
                half?.Invoke();
                _isFull = true;
                throw Error(what, 28);
            case StoreFault.KillWithin:
                half?.Invoke();
                break;
            case StoreFault.PowerLoss or StoreFault.PowerLossTorn:
                LosePower(Fault == StoreFault.PowerLossTorn ? new Random(seed + number) : null);
                break;
        }

        _isDead = true;
        throw Error($"{what}: the process is dead", 5);
    }

    private void LosePower(Random? random)
    {
        int kept = random?.Next(_pending.Count + 1) ?? 0;
        foreach (Action<SortedDictionary<string, Node>> change in _pending.Take(kept)) change(_durable);
        _pending.Clear();
        _names = new(_durable, StringComparer.Ordinal);
        foreach (Node node in _names.Values) node.LosePower(random);
        _durable = new(_names, StringComparer.Ordinal);
    }

    private sealed class Node
    {
        private static ulong _last;
        private byte[]? _platter;

        public Node(IEnumerable<byte>? bytes)
        {
            Bytes = bytes is null ? null : [.. bytes];
            _platter = Bytes is null ? null : [];
            Number = Interlocked.Increment(ref _last);
        }

        public ulong Number { get; }

        public long Changed { get; set; }

        /// <summary>Null for a directory.</summary>
        public List<byte>? Bytes { get; private set; }

        public void Sync() => _platter = Bytes?.ToArray();

        public Node Copy()
        {
            var copy = new Node(Bytes);
            copy.Sync();
            return copy;
        }

        public void LosePower(Random? random)
        {
            if (Bytes is null || Bytes.Count == _platter!.Length) return;
            // What was appended and not synced: nothing of it, or as much in length with any of its bytes zero.
            int length = random is null ? _platter.Length : random.Next(_platter.Length, Bytes.Count + 1);
            byte[] left = [.. Bytes.Take(length)];
            for (int at = _platter.Length; at < length; at++)
            {
                if (random!.Next(2) == 0) left[at] = 0;
            }

            Bytes = [.. left];
            _platter = left;
        }
    }

    private sealed class Output(SimulatedStore store, Node node, string path) : IDriveOutput
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            byte[] all = bytes.ToArray();
            lock (store._gate)
            {
                store.Live();
                store.Change($"write {path} {all.Length}", () => Append(all), () => Append(all[..(all.Length / 2)]));
            }
        }

        public void Dispose()
        {
        }

        private void Append(byte[] bytes)
        {
            node.Bytes!.AddRange(bytes);
            node.Changed++;
        }
    }

    private sealed class OpenFile(SimulatedStore store, Node node) : IDriveFile
    {
        public long Length => node.Bytes!.Count;

        public int Read(Span<byte> buffer, long offset)
        {
            lock (store._gate)
            {
                store.Live();
                int count = (int)Math.Clamp(node.Bytes!.Count - offset, 0, buffer.Length);
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(node.Bytes).Slice((int)Math.Min(offset, node.Bytes.Count), count).CopyTo(buffer);
                return count;
            }
        }

        public void DropCache()
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
