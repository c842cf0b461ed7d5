using System.Text;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Devices;

/// <summary>
/// The kernel's <c>/dev/changelog-&lt;MDT&gt;</c>, on any client that has the file system mounted. Users can be seen only on the
/// MDT's server, in its parameters (<see cref="MdtParameters"/>).
/// </summary>
public sealed class KernelChangelog : IChangelogDevice
{
    /// <summary>The longest command that the device takes.</summary>
    private const int MaxCommandBytes = 64;

    private readonly string _path;
    private readonly MdtParameters _parameters;

    /// <param name="path">The device; null: where the kernel puts it.</param>
    /// <exception cref="ArgumentException">The name is none that an MDT has.</exception>
    public KernelChangelog(string mdt, string? path = null, MdtParameters? parameters = null)
    {
        if (!Records.ChangelogTopic.IsMdtName(mdt)) throw new ArgumentException($"'{mdt}' is not an MDT's name, which is like testfs-MDT0000.");
        Mdt = mdt;
        _path = path ?? $"/dev/changelog-{mdt}";
        _parameters = parameters ?? new MdtParameters();
    }

    public string Mdt { get; }

    public IChangelogStream Open(ulong firstIndex)
    {
        var stream = new KernelChangelogStream(Mdt, OpenDevice(Native.ReadOnly | Native.NonBlocking | Native.CloseOnExec));
        try
        {
            stream.AskForWideNids();
            if (firstIndex > 1) stream.Seek(firstIndex);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Clear(string user, ulong index)
    {
        // The device knows users by number only.
        if (!ChangelogUser.TryParseId(user, out uint number)) throw new ChangelogDeviceException(Mdt, $"clear for '{user}', which is no changelog user", ChangelogDeviceException.InvalidArgument);
        byte[] command = Encoding.ASCII.GetBytes($"clear:cl{number}:{index}");
        if (command.Length > MaxCommandBytes) throw new InvalidOperationException($"The command is longer than the {MaxCommandBytes} bytes that the device takes.");
        using SafeFileHandle device = OpenDevice(Native.WriteOnly | Native.CloseOnExec);
        while (Native.Write(device, command, command.Length) < 0)
        {
            int error = Native.LastError;
            if (error != ChangelogDeviceException.Interrupted) throw new ChangelogDeviceException(Mdt, $"clear records up to {index} for {user}", error);
        }
    }

    public ChangelogUsers? ReadUsers() => _parameters.ReadUsers(Mdt, out _);

    private SafeFileHandle OpenDevice(int flags)
    {
        int descriptor;
        do
        {
            descriptor = Native.Open(_path, flags);
        }
        while (descriptor < 0 && Native.LastError == ChangelogDeviceException.Interrupted);
        if (descriptor < 0) throw new ChangelogDeviceException(Mdt, $"open {_path}", Native.LastError);
        return new(descriptor, ownsHandle: true);
    }
}
