using System.Buffers;
using Weir.Changelogs.Namespaces;
using Weir.Lustre;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Paths;

/// <summary>
/// Finds the paths of files from the parent and the name that records tell. What is kept is one link a file, never a path, so a
/// renamed directory moves all that is below it. Bounded: what was not used for longest is forgotten. What records do not tell is
/// asked elsewhere (<see cref="IFidPaths"/>), where the answer is of now, not of the record's time. Not thread-safe.
/// </summary>
public sealed class PathResolver
{
    private const int MaxDepth = 1024;
    private const int MaxPathBytes = 64 * 1024;

    private readonly int _capacity;
    private readonly IFidPaths? _elsewhere;
    private readonly Dictionary<Fid, LinkedListNode<Link>> _links = [];
    private readonly LinkedList<Link> _byUse = [];
    private readonly Dictionary<Fid, byte[]> _found = [];
    private readonly byte[] _path = new byte[MaxPathBytes];

    /// <param name="capacity">Files to keep a link of.</param>
    public PathResolver(int capacity = 200_000, IFidPaths? elsewhere = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _elsewhere = elsewhere;
    }

    /// <summary>Files that a link is kept of.</summary>
    public int Count => _links.Count;

    /// <summary>
    /// Writes the path of the record's file as of the record: of a rename the new one, of a removal the one that was. Where the upper
    /// part is not known, the path starts with the fid that it hangs from, in brackets. Call before <see cref="Observe"/>.
    /// </summary>
    /// <returns>Whether the path is whole; false with nothing written when nothing is known of the file.</returns>
    public bool Write(ChangelogRecord record, IBufferWriter<byte> output) =>
        record.Parent != default && !record.Name.IsEmpty ? Write(record.Parent, record.Name, output) : Write(record.Target, default, output);

    /// <summary>Writes the path that a renamed file had. Call before <see cref="Observe"/>.</summary>
    public bool WriteSource(ChangelogRecord record, IBufferWriter<byte> output) => Write(record.SourceParent, record.SourceName, output);

    /// <summary>Learns what the record tells.</summary>
    public void Observe(ChangelogRecord record)
    {
        switch (record.Type)
        {
            case ChangelogType.Create or ChangelogType.SymbolicLink or ChangelogType.MakeNode or ChangelogType.HardLink:
                Set(record.Target, record.Parent, record.Name, isDirectory: false);
                break;
            case ChangelogType.MakeDirectory or ChangelogType.Migrate:
                Set(record.Target, record.Parent, record.Name, isDirectory: true);
                break;
            case ChangelogType.Unlink or ChangelogType.RemoveDirectory:
                Remove(record.Target, record.Parent, record.Name, isLast: (record.Flags & 1) != 0 || record.Type == ChangelogType.RemoveDirectory);
                break;
            case ChangelogType.Rename when record.HasRename:
                if (record.Target != default) Remove(record.Target, record.Parent, record.Name, isLast: (record.Flags & 1) != 0);
                bool isFile = _links.TryGetValue(record.Source, out LinkedListNode<Link>? node) && !node.Value.IsDirectory;

                // Paths found elsewhere hold names of directories; any of them may be this one.
                if (!isFile) _found.Clear();
                Set(record.Source, record.Parent, record.Name, isDirectory: !isFile);
                break;
            case ChangelogType.Rename or ChangelogType.RenameTo:
                // Records of 2.0 do not say which file it is.
                _found.Clear();
                _links.Clear();
                _byUse.Clear();
                break;
        }
    }

    private bool Write(Fid file, ReadOnlySpan<byte> name, IBufferWriter<byte> output)
    {
        int start = _path.Length;
        if (!name.IsEmpty) Prepend(name, ref start);
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            if (file == NamespaceReplay.Root)
            {
                output.Write(start == _path.Length ? "/"u8 : _path.AsSpan(start));
                return true;
            }

            if (file == default) return false;
            if (_links.TryGetValue(file, out LinkedListNode<Link>? node))
            {
                Use(node);
                if (!Prepend(node.Value.Name, ref start)) break;
                file = node.Value.Parent;
                continue;
            }

            if (FindElsewhere(file) is { } above)
            {
                output.Write(above.Length == 1 ? default : above.AsSpan());
                output.Write(start == _path.Length && above.Length == 1 ? "/"u8 : _path.AsSpan(start));
                return true;
            }

            if (start == _path.Length) return false;
            output.Write("["u8);
            Span<byte> text = output.GetSpan(Fid.MaxTextLength);
            file.TryFormat(text, out int written);
            output.Advance(written);
            output.Write("]"u8);
            output.Write(_path.AsSpan(start));
            return false;
        }

        return false;
    }

    private bool Prepend(ReadOnlySpan<byte> name, ref int start)
    {
        if (name.Length + 1 > start) return false;
        start -= name.Length;
        name.CopyTo(_path.AsSpan(start));
        _path[--start] = (byte)'/';
        return true;
    }

    private byte[]? FindElsewhere(Fid file)
    {
        if (_elsewhere is null) return null;
        if (_found.TryGetValue(file, out byte[]? known)) return known;
        if (_elsewhere.Find(file) is not { Length: > 0 } path) return null;
        if (_found.Count >= _capacity) _found.Clear();
        _found.Add(file, path);
        return path;
    }

    private void Set(Fid file, Fid parent, ReadOnlySpan<byte> name, bool isDirectory)
    {
        if (file == default || parent == default || name.IsEmpty) return;
        _found.Remove(file);
        if (_links.TryGetValue(file, out LinkedListNode<Link>? node))
        {
            node.Value = new(file, parent, name.ToArray(), isDirectory);
            Use(node);
            return;
        }

        if (_links.Count >= _capacity)
        {
            _links.Remove(_byUse.First!.Value.File);
            _byUse.RemoveFirst();
        }

        _links.Add(file, _byUse.AddLast(new Link(file, parent, name.ToArray(), isDirectory)));
    }

    private void Remove(Fid file, Fid parent, ReadOnlySpan<byte> name, bool isLast)
    {
        _found.Remove(file);
        if (!_links.TryGetValue(file, out LinkedListNode<Link>? node)) return;
        if (!isLast && (node.Value.Parent != parent || !name.SequenceEqual(node.Value.Name))) return;
        _links.Remove(file);
        _byUse.Remove(node);
    }

    private void Use(LinkedListNode<Link> node)
    {
        _byUse.Remove(node);
        _byUse.AddLast(node);
    }

    private sealed record Link(Fid File, Fid Parent, byte[] Name, bool IsDirectory);
}
