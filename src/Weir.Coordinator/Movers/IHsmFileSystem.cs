using Microsoft.Win32.SafeHandles;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Movers;

/// <summary>The file system whose files are moved: what a copytool has from liblustreapi, or the lab's in its place. From any thread.</summary>
public interface IHsmFileSystem : IDisposable
{
    /// <summary>Where it is mounted.</summary>
    string MountPoint { get; }

    /// <summary>Tells the MDT that the action starts, and opens what it takes.</summary>
    /// <exception cref="MoverException">It cannot; there is nothing to end then but by <see cref="EndWithError"/>.</exception>
    IHsmAction Begin(in HsmRequest request);

    /// <summary>Tells the MDT that an action that was not begun ends with an error.</summary>
    /// <exception cref="MoverException">The MDT could not be told.</exception>
    void EndWithError(in HsmRequest request, int errno, bool mayRetry);

    /// <summary>A path of the file below the mount point, without a slash before it; null when there is none, or nobody can tell.</summary>
    string? FindPath(Fid fid);
}

/// <summary>An action that was begun. It is ended once, or abandoned when this process goes away.</summary>
public interface IHsmAction
{
    /// <summary>Tells the MDT how far it is, in bytes. 0, or a positive errno; <see cref="MoverErrno.Cancelled"/> means that it must stop.</summary>
    int Progress(ulong offset, ulong length, ulong total);

    /// <summary>The file to read for an archive, to write for a restore. The caller closes it.</summary>
    /// <exception cref="MoverException">The action has no file.</exception>
    SafeFileHandle OpenFile();

    /// <summary>Ends the action.</summary>
    /// <param name="length">Bytes that were copied.</param>
    /// <param name="errno">0 when it went well, else a positive errno.</param>
    /// <param name="mayRetry">Whether the MDT may send it again.</param>
    /// <exception cref="MoverException">The MDT could not be told, or does not know the request any more.</exception>
    void End(ulong length, int errno, bool mayRetry);

    /// <summary>Lets go of it without a word to the MDT, which hands it out again once this process is gone.</summary>
    void Abandon();
}
