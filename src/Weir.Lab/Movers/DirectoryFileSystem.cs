using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Lab.Movers;

/// <summary>
/// A plain directory in the place of a Lustre file system: <c>.lustre/fid/FID</c> are its files, and a restored file takes its name when the action ends. There
/// is no MDT, so that nothing is refused and nothing cancelled but by the coordinator.
/// </summary>
public sealed class DirectoryFileSystem : IHsmFileSystem
{
    private readonly string _files;
    private readonly string _volatile;
    private int _count;

    /// <param name="mountPoint">The directory; what it needs below it is made.</param>
    public DirectoryFileSystem(string mountPoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(mountPoint);
        MountPoint = Path.GetFullPath(mountPoint);
        _files = Directory.CreateDirectory(Path.Combine(MountPoint, ".lustre", "fid")).FullName;
        _volatile = Directory.CreateDirectory(Path.Combine(MountPoint, ".lustre", "volatile")).FullName;
    }

    /// <inheritdoc/>
    public string MountPoint { get; }

    /// <summary>Where a file is.</summary>
    public string PathOf(Fid fid) => Path.Combine(_files, fid.ToString());

    /// <inheritdoc/>
    public IHsmAction Begin(in HsmRequest request)
    {
        string path = PathOf(request.Fid);
        if (request.Action != HsmAction.Remove && !File.Exists(path)) throw new MoverException(MoverErrno.NoEntry, $"There is no file {path}");
        string? restored = request.Action != HsmAction.Restore
            ? null : Path.Combine(_volatile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _count)}"));
        return new DirectoryAction(path, restored);
    }

    /// <inheritdoc/>
    public void EndWithError(in HsmRequest request, int errno, bool mayRetry)
    {
        // Nobody is to be told.
    }

    /// <inheritdoc/>
    public string? FindPath(Fid fid) => null;

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class DirectoryAction(string path, string? restored) : IHsmAction
    {
        public int Progress(ulong offset, ulong length, ulong total) => 0;

        public SafeFileHandle OpenFile()
        {
            try
            {
                return restored is null
                    ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
                    : File.OpenHandle(restored, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new MoverException(MoverErrno.InputOutput, exception.Message);
            }
        }

        public void End(ulong length, int errno, bool mayRetry)
        {
            if (restored is null || !File.Exists(restored)) return;
            if (errno == 0) File.Move(restored, path, overwrite: true);
            else File.Delete(restored);
        }

        public void Abandon()
        {
            if (restored is not null) File.Delete(restored);
        }
    }
}
