using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Weir.Server.Hosting;

/// <summary>
/// Tells systemd how the daemon is, by datagrams to the socket that <c>NOTIFY_SOCKET</c> names. Without that variable it does nothing. Format:
/// sd_notify(3).
/// </summary>
public sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _target;
    private readonly ILogger _logger;
    private bool _isBroken;

    /// <param name="readVariable">Reads a variable of the environment.</param>
    /// <param name="logger">For what goes wrong, which is never fatal.</param>
    public SystemdNotifier(Func<string, string?> readVariable, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(readVariable);
        _logger = logger;
        WatchdogInterval = ReadWatchdog(readVariable);
        if (readVariable("NOTIFY_SOCKET") is not { Length: > 1 } path) return;
        try
        {
            // A name that starts with @ is in the abstract name space, where the kernel has a NUL in its place.
            if (path[0] is not ('/' or '@')) throw new ArgumentException($"NOTIFY_SOCKET is '{path}', which is neither a path nor an abstract name.");
            _target = new(path[0] == '@' ? "\0" + path[1..] : path);
            _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        }
        catch (Exception failed) when (failed is SocketException or ArgumentException)
        {
            Complain(failed);
        }
    }

    /// <summary>How often the service manager wants to hear at the least; null when it does not.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>The start is over.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>The configuration is being read again; <see cref="Ready"/> says when that is over.</summary>
    /// <param name="monotonicMicroseconds">CLOCK_MONOTONIC, which systemd compares with its own.</param>
    public void Reloading(long monotonicMicroseconds) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={monotonicMicroseconds}"));

    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={OneLine(status)}");

    /// <summary>For the line that <c>systemctl status</c> shows.</summary>
    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>All is well.</summary>
    public void Watchdog() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private static TimeSpan? ReadWatchdog(Func<string, string?> readVariable)
    {
        // The variables may have been inherited by a process they are not meant for.
        if (readVariable("WATCHDOG_PID") is { Length: > 0 } id && id != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(readVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds) : null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string text)
    {
        if (_socket is null) return;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(text), _target!);
        }
        catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
        {
            Complain(failed);
        }
    }

    private void Complain(Exception failed)
    {
        if (_isBroken) return;
        _isBroken = true;
        ServerLog.NotifyFailed(_logger, failed.Message);
    }
}
