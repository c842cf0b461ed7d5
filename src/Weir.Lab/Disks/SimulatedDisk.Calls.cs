using Weir.Feed.Disks;

namespace Weir.Lab.Disks;

/// <summary>The calls of the processes.</summary>
public sealed partial class SimulatedDisk
{
    internal IDiskFile? OpenRead(SimulatedProcess process, string path)
    {
        lock (_gate)
        {
            Begin(process, DiskOperationKind.OpenRead, path).End();
            return _tree.Find(path) switch
            {
                null => null,
                FileNode file => new SimulatedFile(this, process, path, file, canWrite: false),
                _ => throw DiskErrors.ADirectory(path),
            };
        }
    }

    internal IDiskFile OpenWrite(SimulatedProcess process, string path) =>
        new SimulatedFile(this, process, path, Change(process, () => OpenOrCreate(process, path)), canWrite: true);

    internal IReadOnlyList<string> List(SimulatedProcess process, string path)
    {
        lock (_gate)
        {
            Begin(process, DiskOperationKind.List, path).End();
            return _tree.Find(path) switch
            {
                null => [],
                DirectoryNode directory => [.. directory.Entries.Keys],
                _ => throw DiskErrors.NotADirectory(path),
            };
        }
    }

    internal bool Exists<TNode>(SimulatedProcess process, string path)
    {
        lock (_gate)
        {
            process.ThrowIfDead();
            return _tree.Find(path) is TNode;
        }
    }

    internal void CreateDirectory(SimulatedProcess process, string path)
    {
        foreach (string level in DirectoryTree.Levels(path))
        {
            string parent = DirectoryTree.Parent(level);
            bool isNew = Change(process, () =>
            {
                process.ThrowIfDead();
                if (_tree.Find(level) is { } there) return there is DirectoryNode ? false : throw DiskErrors.NotADirectory(level);
                Step step = Begin(process, DiskOperationKind.CreateDirectory, level);
                if (step.Happens) Link(level, new DirectoryNode());
                step.End();
                return true;
            });
            if (isNew) SyncDirectory(process, parent);
        }
    }

    internal void SyncDirectory(SimulatedProcess process, string path)
    {
        lock (_gate)
        {
            process.ThrowIfDead();
            DirectoryNode directory = _tree.Directory(path);
            Step step = Begin(process, DiskOperationKind.SyncDirectory, path);
            if (step.Happens) directory.Sync();
            step.End();
        }
    }

    internal void Rename(SimulatedProcess process, string from, string to) => Change(process, () =>
    {
        process.ThrowIfDead();
        string parent = DirectoryTree.Parent(from);
        if (parent != DirectoryTree.Parent(to)) throw DiskErrors.OtherDirectory(from, to);
        DirectoryNode directory = _tree.Directory(parent);
        if (directory.Find(DirectoryTree.Name(from)) is null) throw DiskErrors.Missing(from);
        if (directory.Find(DirectoryTree.Name(to)) is DirectoryNode) throw DiskErrors.ADirectory(to);
        Step step = Begin(process, DiskOperationKind.Rename, from, target: to);
        if (step.Happens)
        {
            directory.Rename(DirectoryTree.Name(from), DirectoryTree.Name(to));
            Changed(from);
            Changed(to);
        }

        step.End();
        return true;
    });

    internal void Delete(SimulatedProcess process, string path) => Change(process, () =>
    {
        process.ThrowIfDead();
        if (_tree.Find(path) is not { } node) return false;
        if (node is DirectoryNode) throw DiskErrors.ADirectory(path);
        return Unlink(process, DiskOperationKind.Delete, path);
    });

    internal void DeleteDirectory(SimulatedProcess process, string path)
    {
        DirectoryNode directory;
        KeyValuePair<string, Node>[] entries;
        lock (_gate)
        {
            process.ThrowIfDead();
            directory = _tree.Directory(path);
            entries = [.. directory.Entries.OrderBy(static e => e.Key, StringComparer.Ordinal)];
        }

        foreach ((string name, Node node) in entries)
        {
            if (node is DirectoryNode) DeleteDirectory(process, $"{path}/{name}");
            else Delete(process, $"{path}/{name}");
        }

        Change(process, () => directory.Entries.Count > 0
            ? throw DiskErrors.DirectoryNotEmpty(path)
            : Unlink(process, DiskOperationKind.DeleteDirectory, path));
    }

    internal IDisposable? TryLock(SimulatedProcess process, string path, string holder) => Change(process, () =>
    {
        FileNode file = OpenOrCreate(process, path);
        if (file.LockOwner is not null) return null;
        Step step = Begin(process, DiskOperationKind.Lock, path);
        file.IsLock = true;
        if (step.Happens)
        {
            file.Truncate(0);
            file.Write(System.Text.Encoding.UTF8.GetBytes(holder), 0);
        }

        step.End();
        return new SimulatedLock(this, process, file);
    });

    internal void Unlock(SimulatedLock held)
    {
        lock (_gate)
        {
            if (ReferenceEquals(held.File.LockOwner, held)) held.File.LockOwner = null;
        }
    }

    private FileNode OpenOrCreate(SimulatedProcess process, string path)
    {
        process.ThrowIfDead();
        if (_tree.Find(path) is { } there)
        {
            if (IsReadOnly) throw DiskErrors.ReadOnly(path);
            return there as FileNode ?? throw DiskErrors.ADirectory(path);
        }

        _tree.ParentOf(path);
        Step step = Begin(process, DiskOperationKind.Create, path);
        var file = new FileNode();
        if (step.Happens) Link(path, file);
        step.End();
        return file;
    }

    private void Link(string path, Node node)
    {
        _tree.ParentOf(path).Link(DirectoryTree.Name(path), node);
        Changed(path);
    }

    private bool Unlink(SimulatedProcess process, DiskOperationKind kind, string path)
    {
        Step step = Begin(process, kind, path);
        if (step.Happens)
        {
            _tree.ParentOf(path).Unlink(DirectoryTree.Name(path));
            Changed(path);
        }

        step.End();
        return true;
    }
}
