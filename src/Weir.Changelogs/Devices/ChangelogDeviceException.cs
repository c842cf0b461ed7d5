using System.Runtime.InteropServices;

namespace Weir.Changelogs.Devices;

/// <summary>A call of a changelog device failed; <see cref="Errno"/> says why.</summary>
public sealed class ChangelogDeviceException(string mdt, string call, int errno)
    : IOException($"{mdt}: cannot {call}: {Describe(errno)}", errno)
{
    // Linux errno values, errno-base.h and errno.h.
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int TryAgain = 11;
    public const int InvalidArgument = 22;
    public const int OutOfRange = 34;
    public const int Stale = 116;

    public string Mdt { get; } = mdt;

    public int Errno { get; } = errno;

    private static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
}

/// <summary>The changelog's user is not registered any more, so nothing keeps the records that it has not read.</summary>
public sealed class ChangelogUserGoneException(string mdt, string user)
    : IOException($"{mdt}: changelog user {user} is not registered: it was deregistered, or the MDT removed it as idle. Records written since may be gone. "
        + "Register a user again (lctl --device MDT changelog_register) and follow with it; what is missing then stands in the feed as a gap.")
{
    public string User { get; } = user;
}

/// <summary>The MDT's changelog is behind what the feed already has of it.</summary>
public sealed class ChangelogRestartedException(string mdt, ulong feedIndex, ulong mdtIndex)
    : IOException($"{mdt}: the feed has its changelog up to record {feedIndex}, but the MDT's ends at {mdtIndex}: it is not the changelog that was read before. "
        + "If the MDT was made anew, delete its topic and follow again.");
