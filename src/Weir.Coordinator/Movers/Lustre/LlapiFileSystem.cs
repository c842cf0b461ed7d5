using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Coordinator.Requests;
using Weir.Lustre;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Movers.Lustre;

/// <summary>
/// A mounted Lustre file system through liblustreapi, attached to without a registration. When it is unmounted, or the client is evicted, actions fail
/// with an error that passes, and the next one attaches again.
/// </summary>
/// <param name="library">Which liblustreapi.</param>
/// <param name="mountPoint">Where it is mounted.</param>
/// <param name="logger">For what happens to the mount point.</param>
public sealed partial class LlapiFileSystem(LlapiLibrary library, string mountPoint, ILogger logger) : IHsmFileSystem
{
    private static readonly int[] Gone = [MoverErrno.NoSuchDevice, MoverErrno.NoDevice, MoverErrno.NotConnected, MoverErrno.Shutdown, MoverErrno.Stale, 9 /* EBADF */];

    private readonly Lock _gate = new();
    private CopytoolRegistration? _copytool;

    /// <inheritdoc/>
    public string MountPoint { get; } = mountPoint;

    /// <summary>Attaches, so that what does not work is known at the start. The file system's name.</summary>
    /// <exception cref="MoverException">It is no mounted Lustre.</exception>
    public string Attach() => Current().FsName;

    /// <inheritdoc/>
    public IHsmAction Begin(in HsmRequest request)
    {
        CopytoolRegistration copytool = Current();
        try
        {
            return new LlapiAction(CopytoolAction.Begin(copytool, ItemOf(request)));
        }
        catch (LlapiException exception)
        {
            throw Failure(copytool, exception);
        }
    }

    /// <inheritdoc/>
    public void EndWithError(in HsmRequest request, int errno, bool mayRetry)
    {
        CopytoolRegistration copytool = Current();
        try
        {
            CopytoolAction.EndWithError(copytool, ItemOf(request), errno, mayRetry);
        }
        catch (LlapiException exception)
        {
            throw Failure(copytool, exception);
        }
    }

    /// <inheritdoc/>
    public string? FindPath(Fid fid)
    {
        try
        {
            return Current().FindPath(fid);
        }
        catch (MoverException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        lock (_gate) _copytool?.Dispose();
    }

    private static HsmActionItem ItemOf(in HsmRequest request) => new()
    {
        ActionNumber = request.Action switch { HsmAction.Archive => 20, HsmAction.Restore => 21, HsmAction.Remove => 22, _ => 10 },
        Fid = request.Fid,
        DataFid = request.DataFid,
        ExtentOffset = request.ExtentOffset,
        ExtentLength = request.ExtentLength,
        Cookie = request.Cookie,
        GroupId = request.GroupId,
        Data = request.Data.Span,
    };

    private CopytoolRegistration Current()
    {
        lock (_gate)
        {
            if (_copytool is not null) return _copytool;
            try
            {
                return _copytool = CopytoolRegistration.Attach(library, MountPoint);
            }
            catch (LlapiException exception)
            {
                // It may come back: no error that a request would be given up for.
                throw new MoverException(MoverErrno.NotConnected, exception.Message);
            }
        }
    }

    private MoverException Failure(CopytoolRegistration copytool, LlapiException exception)
    {
        if (!Gone.Contains(exception.Errno)) return new(exception.Errno, exception.Message);
        lock (_gate)
        {
            if (ReferenceEquals(_copytool, copytool))
            {
                MoverLog.MountPointChanged(logger, MountPoint);
                _copytool = null;
                copytool.Dispose();
            }
        }

        return new(MoverErrno.NotConnected, exception.Message);
    }

    private sealed partial class LlapiAction(CopytoolAction action) : IHsmAction
    {
        private const int SetDescriptorFlags = 2;
        private const int CloseOnExec = 1;

        public int Progress(ulong offset, ulong length, ulong total) => action.Progress(offset, length, total);

        public SafeFileHandle OpenFile()
        {
            try
            {
                SafeFileHandle file = action.OpenFile();
                _ = Control(file, SetDescriptorFlags, CloseOnExec);
                return file;
            }
            catch (LlapiException exception)
            {
                throw new MoverException(exception.Errno, exception.Message);
            }
        }

        public void End(ulong length, int errno, bool mayRetry)
        {
            try
            {
                action.End(0, length, errno, mayRetry);
            }
            catch (LlapiException exception)
            {
                throw new MoverException(exception.Errno, exception.Message);
            }
        }

        public void Abandon() => action.Abandon();

        [LibraryImport("libc", EntryPoint = "fcntl")]
        private static partial int Control(SafeFileHandle file, int command, int argument);
    }
}
