using Weir.Lustre;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Namespaces;

/// <summary>
/// Rebuilds a namespace from changelog records: which name in which directory is which file. Records may be applied again from
/// any earlier place, as after a crash; the end is the same, except with the two-record renames of Lustre 2.0, which do not say
/// what they rename. Not thread-safe.
/// </summary>
public sealed class NamespaceReplay
{
    private readonly Dictionary<Fid, Dictionary<byte[], Fid>> _directories = [];
    private (Fid Parent, byte[] Name, Fid File)? _renamedFrom;

    /// <summary>The fid of every file system's root directory.</summary>
    public static Fid Root { get; } = new(0x2_0000_0007, 1, 0);

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    public IEnumerable<NamespaceEntry> Entries =>
        _directories.SelectMany(directory => directory.Value.Select(entry => new NamespaceEntry(directory.Key, entry.Key, entry.Value)));

    /// <summary>What a name stands for; null when it is not there.</summary>
    public Fid? Find(Fid parent, byte[] name) => _directories.TryGetValue(parent, out var entries) && entries.TryGetValue(name, out Fid file) ? file : null;

    /// <summary>Applies a record; those that change no name change nothing.</summary>
    public void Apply(ChangelogRecord record)
    {
        switch (record.Type)
        {
            case ChangelogType.Create or ChangelogType.MakeDirectory or ChangelogType.HardLink or ChangelogType.SymbolicLink
                or ChangelogType.MakeNode or ChangelogType.Migrate:
                Set(record.Parent, record.Name.ToArray(), record.Target);
                break;
            case ChangelogType.Unlink or ChangelogType.RemoveDirectory:
                Remove(record.Parent, record.Name.ToArray(), record.Target);
                break;
            case ChangelogType.Rename when record.HasRename:
                Remove(record.SourceParent, record.SourceName.ToArray(), record.Source);
                Set(record.Parent, record.Name.ToArray(), record.Source);
                break;
            case ChangelogType.Rename:
                byte[] name = record.Name.ToArray();
                _renamedFrom = Find(record.Parent, name) is { } file ? (record.Parent, name, file) : null;
                break;
            case ChangelogType.RenameTo when _renamedFrom is { } from:
                Remove(from.Parent, from.Name, from.File);
                Set(record.Parent, record.Name.ToArray(), from.File);
                _renamedFrom = null;
                break;
        }
    }

    private void Set(Fid parent, byte[] name, Fid file)
    {
        if (name.Length == 0) return;
        if (!_directories.TryGetValue(parent, out Dictionary<byte[], Fid>? entries)) _directories.Add(parent, entries = new(NameComparer.Instance));
        if (entries.TryAdd(name, file)) Count++;
        else entries[name] = file;
    }

    /// <summary>Only when it is this file's: the name may have been given to another since.</summary>
    private void Remove(Fid parent, byte[] name, Fid file)
    {
        if (!_directories.TryGetValue(parent, out Dictionary<byte[], Fid>? entries) || !entries.TryGetValue(name, out Fid found) || found != file) return;
        entries.Remove(name);
        Count--;
        if (entries.Count == 0) _directories.Remove(parent);
    }
}
