namespace Weir.Coordinator.Movers;

/// <summary>Error numbers of Linux, with the names that configuration and messages use.</summary>
public static class MoverErrno
{
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoSuchDevice = 6;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int FileTooBig = 27;
    public const int NoSpace = 28;
    public const int Range = 34;
    public const int TooManyLinks = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int NotConnected = 107;
    public const int Shutdown = 108;
    public const int TimedOut = 110;
    public const int Stale = 116;
    public const int QuotaExceeded = 122;
    public const int Cancelled = 125;

    private static readonly (string Name, int Number)[] Known =
    [
        ("EPERM", 1), ("ENOENT", NoEntry), ("EINTR", Interrupted), ("EIO", InputOutput), ("ENXIO", NoSuchDevice), ("EAGAIN", TryAgain), ("ENOMEM", 12),
        ("EACCES", AccessDenied), ("EBUSY", Busy), ("EEXIST", Exists), ("ENODEV", NoDevice), ("ENOTDIR", NotDirectory), ("EINVAL", Invalid), ("EFBIG", FileTooBig),
        ("ENOSPC", NoSpace), ("EROFS", 30), ("ENODATA", NoData), ("EPROTO", 71), ("EOPNOTSUPP", NotSupported), ("ENOTCONN", NotConnected), ("ESHUTDOWN", Shutdown),
        ("ETIMEDOUT", TimedOut), ("EHOSTUNREACH", 113), ("ESTALE", Stale), ("EREMOTEIO", 121), ("EDQUOT", QuotaExceeded), ("ECANCELED", Cancelled),
    ];

    /// <summary>A name such as <c>EIO</c>, or the number where there is none here.</summary>
    public static string Name(int errno) => Array.Find(Known, known => known.Number == errno).Name ?? errno.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The number of a name or of a number from 1 to 4095.</summary>
    public static bool TryParse(string text, out int errno)
    {
        errno = Array.Find(Known, known => known.Name == text).Number;
        return errno > 0 || (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out errno) && errno is > 0 and < 4096);
    }
}
