using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;

namespace Weir.Health.Tests.Healing;

/// <summary>
/// The drives of this machine as a process sees them that is killed: before one of its changes, after it, or whenever somebody else says so.
/// From then on every call fails, and what was done stays.
/// </summary>
internal sealed class KillableStore(Func<bool> isAlive, Action kill, int killAt) : IDriveStore
{
    private static readonly LocalDriveStore Below = LocalDriveStore.Instance;
    private int _changes;

    public int Changes => Volatile.Read(ref _changes);

    public IDriveFile? OpenRead(string root, string relativePath) => Look(() => Below.OpenRead(root, relativePath));

    public DriveEntry? Stat(string root, string relativePath) => Look(() => Below.Stat(root, relativePath));

    public void List(string root, string relativePath, DriveEntryVisitor visit) => Look(() =>
    {
        Below.List(root, relativePath, visit);
        return 0;
    });

    public int ReadStart(string root, string relativePath, Span<byte> buffer)
    {
        Check();
        return Below.ReadStart(root, relativePath, buffer);
    }

    public DriveSpace Space(string root) => Below.Space(root);

    public DriveOwner? FindOwner(string root, string relativePath) => Look(() => Below.FindOwner(root, relativePath));

    public DriveStamp? FindStamp(string root, string relativePath) => Look(() => Below.FindStamp(root, relativePath));

    public bool CreateDirectory(string root, string relativePath, DriveOwner owner) => Change(() => Below.CreateDirectory(root, relativePath, owner));

    public IDriveOutput CreateFile(string root, string relativePath, DriveOwner owner) => Change(() => new Output(this, Below.CreateFile(root, relativePath, owner)));

    public void Rename(string root, string from, string to, bool replaces) => Change(() =>
    {
        Below.Rename(root, from, to, replaces);
        return 0;
    });

    public void Sync(string root, string relativePath) => Change(() =>
    {
        Below.Sync(root, relativePath);
        return 0;
    });

    public void SyncAll(string root) => Sync(root, "");

    public void Remove(string root, string relativePath) => Change(() =>
    {
        Below.Remove(root, relativePath);
        return 0;
    });

    public IDisposable? TryLock(string root) => Look(() => Below.TryLock(root));

    private void Check()
    {
        if (!isAlive()) throw new DriveFileException("the process was killed", 5);
    }

    private T Look<T>(Func<T> look)
    {
        Check();
        return look();
    }

    private T Change<T>(Func<T> change)
    {
        Check();
        int number = Interlocked.Increment(ref _changes);
        bool isBefore = killAt % 2 == 0;
        if (number == killAt && isBefore)
        {
            kill();
            Check();
        }

        T result = change();
        if (number == killAt) kill();
        Check();
        return result;
    }

    private sealed class Output(KillableStore store, IDriveOutput below) : IDriveOutput
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            store.Check();
            below.Write(bytes);
        }

        public void Dispose() => below.Dispose();
    }
}
