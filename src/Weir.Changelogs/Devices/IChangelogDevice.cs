using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Devices;

/// <summary>The changelog of one MDT: the kernel's device, or a laboratory's.</summary>
public interface IChangelogDevice
{
    /// <summary>The MDT, as <c>testfs-MDT0000</c>.</summary>
    string Mdt { get; }

    /// <summary>Starts reading at the first record that is there of this index or above.</summary>
    /// <exception cref="ChangelogDeviceException">The device cannot be opened.</exception>
    IChangelogStream Open(ulong firstIndex);

    /// <summary>Says that the user needs no record up to this one; 0: none that is there now.</summary>
    /// <exception cref="ChangelogDeviceException">ENOENT: no such user, or it has cleared that much already. EINVAL: there is no such record yet.</exception>
    void Clear(string user, ulong index);

    /// <summary>The registered users; null where they cannot be seen, as on most clients.</summary>
    ChangelogUsers? ReadUsers();
}

/// <summary>An open changelog.</summary>
public interface IChangelogStream : IDisposable
{
    /// <summary>As many whole records as fit, back to back; 0 at the end.</summary>
    /// <exception cref="ChangelogDeviceException">The read failed. EAGAIN: nothing is there yet, though it is not the end.</exception>
    int Read(Span<byte> buffer);

    /// <summary>Goes forward to the first record of this index or above.</summary>
    /// <exception cref="ChangelogDeviceException">EINVAL, ERANGE: the place lies behind.</exception>
    void Seek(ulong index);

    /// <summary>Waits until there is something to read, or the end is known.</summary>
    ChangelogPoll Poll(TimeSpan timeout);
}

/// <summary>What a poll found.</summary>
public enum ChangelogPoll : byte
{
    /// <summary>Nothing until the time was up.</summary>
    TimedOut,

    /// <summary>There are records.</summary>
    Readable,

    /// <summary>There are none left.</summary>
    AtEnd,

    /// <summary>The device has failed; reading says how.</summary>
    Failed,
}
