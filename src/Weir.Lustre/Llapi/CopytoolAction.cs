using Microsoft.Win32.SafeHandles;

namespace Weir.Lustre.Llapi;

/// <summary>
/// One action from its begin to its end, as the MDT sees it. Must be ended exactly once; disposing one that was not ends it with EIO.
/// Not for several threads at once.
/// </summary>
public sealed unsafe class CopytoolAction : IDisposable
{
    private const int InputOutputError = 5;

    private readonly CopytoolRegistration _copytool;
    private nint _handle;

    private CopytoolAction(CopytoolRegistration copytool, nint handle)
    {
        _copytool = copytool;
        _handle = handle;
    }

    /// <summary>Tells the MDT that the action starts, and opens what it takes.</summary>
    /// <param name="copytool">The registration; it stays valid until the action ends.</param>
    /// <param name="item">What was received.</param>
    /// <param name="isError">The action is begun only to be ended with an error: nothing is opened or told yet.</param>
    /// <param name="restoreOpenFlags">For a restore: open(2) flags of the volatile file.</param>
    /// <exception cref="LlapiException">It cannot; there is nothing to end then.</exception>
    public static CopytoolAction Begin(CopytoolRegistration copytool, scoped in HsmActionItem item, bool isError = false, int restoreOpenFlags = 0)
    {
        ArgumentNullException.ThrowIfNull(copytool);
        Span<byte> bytes = item.LengthBytes <= 512 ? stackalloc byte[item.LengthBytes] : new byte[item.LengthBytes];
        item.WriteTo(bytes);
        bool isHeld = false;
        nint action = 0;
        int rc;
        copytool.DangerousAddRef(ref isHeld);
        fixed (byte* hai = bytes)
        {
            rc = copytool.Library.Begin(&action, copytool.DangerousGetHandle(), hai, -1, restoreOpenFlags, isError ? (byte)1 : (byte)0);
        }

        if (rc == 0) return new(copytool, action);
        copytool.DangerousRelease();
        throw new LlapiException($"Beginning {item.Action} of {item.DataFid} failed: {LlapiErrno.Text(-rc)}.", -rc);
    }

    /// <summary>Tells the MDT that an action that was never begun ends with an error.</summary>
    /// <param name="copytool">The registration.</param>
    /// <param name="item">What was received.</param>
    /// <param name="errno">Why, e.g. <see cref="LlapiErrno.Cancelled"/>.</param>
    /// <param name="mayRetry">The MDT may send it again.</param>
    /// <exception cref="LlapiException">The MDT could not be told.</exception>
    public static void EndWithError(CopytoolRegistration copytool, scoped in HsmActionItem item, int errno, bool mayRetry = false)
    {
        using CopytoolAction action = Begin(copytool, item, isError: true);
        action.End(0, 0, errno, mayRetry);
    }

    /// <summary>Tells the MDT how far it is; 0, or the positive errno: <see cref="LlapiErrno.Cancelled"/> means stop.</summary>
    public int Progress(ulong offset, ulong length, ulong total)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        ulong* extent = stackalloc ulong[] { offset, length };
        return -_copytool.Library.Progress(_handle, extent, total, 0);
    }

    /// <summary>The fid that holds the data: the volatile file's for a restore.</summary>
    /// <exception cref="LlapiException">Neither an archive nor a restore.</exception>
    public Fid DataFid()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        byte* bytes = stackalloc byte[16];
        Check(_copytool.Library.GetDataFid(_handle, bytes), "Asking for the data's fid");
        return HsmActionItem.ReadFid(new(bytes, 16));
    }

    /// <summary>The file to read for an archive, to write for a restore. The caller closes it.</summary>
    /// <exception cref="LlapiException">The action has no file.</exception>
    public SafeFileHandle OpenFile()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        int fd = _copytool.Library.GetActionDescriptor(_handle);
        Check(fd, "Opening the action's file");
        return new(fd, ownsHandle: true);
    }

    /// <summary>Ends the action. The MDT forgets it, whatever this returns.</summary>
    /// <param name="offset">Of what was copied.</param>
    /// <param name="length">Of what was copied.</param>
    /// <param name="errno">0 when it went well, else the positive errno.</param>
    /// <param name="mayRetry">The MDT may send it again.</param>
    /// <exception cref="LlapiException">The MDT could not be told, or does not know the request any more.</exception>
    public void End(ulong offset, ulong length, int errno, bool mayRetry = false)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        nint action = _handle;
        _handle = 0;
        ulong* extent = stackalloc ulong[] { offset, length };
        int rc = _copytool.Library.End(&action, extent, mayRetry ? 2 : 0, errno);
        _copytool.DangerousRelease();
        Check(rc, "Ending the action");
    }

    /// <summary>
    /// Lets go of the action without a word to the MDT. What liblustreapi keeps of it stays until the process ends, which is why this is for
    /// processes that are about to.
    /// </summary>
    public void Abandon()
    {
        if (_handle == 0) return;
        _handle = 0;
        _copytool.DangerousRelease();
    }

    public void Dispose()
    {
        if (_handle == 0) return;
        try
        {
            End(0, 0, InputOutputError);
        }
        catch (LlapiException)
        {
            // Whoever leaves an action behind has an error of its own to tell.
        }
    }

    private static void Check(int rc, string what)
    {
        if (rc < 0) throw new LlapiException($"{what} failed: {LlapiErrno.Text(-rc)}.", -rc);
    }
}
