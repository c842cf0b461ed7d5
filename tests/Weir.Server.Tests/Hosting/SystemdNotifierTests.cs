using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Server.Hosting;

namespace Weir.Server.Tests.Hosting;

public sealed class SystemdNotifierTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-notify-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_manager_hears_what_the_daemon_says(bool isAbstract)
    {
        string path = isAbstract ? $"@weir-notify-{Environment.ProcessId}" : Path.Combine(_directory.FullName, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + path[1..] : path));
        var variables = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "3000000", ["WATCHDOG_PID"] = $"{Environment.ProcessId}" };
        using var notifier = new SystemdNotifier(variables.GetValueOrDefault, NullLogger.Instance);
        Assert.Equal(TimeSpan.FromSeconds(3), notifier.WatchdogInterval);
        notifier.Ready("Running: a,\nb");
        notifier.Reloading(42);
        notifier.Watchdog();
        notifier.Stopping("bye");
        Assert.Equal(["READY=1\nSTATUS=Running: a, b", "RELOADING=1\nMONOTONIC_USEC=42", "WATCHDOG=1", "STOPPING=1\nSTATUS=bye"], Enumerable.Range(0, 4).Select(_ => Receive(manager)));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("3000000", "1")]
    [InlineData("nonsense", null)]
    public void Without_a_manager_nothing_is_told_and_the_watchdog_is_not_ours(string? interval, string? processId)
    {
        var variables = new Dictionary<string, string?> { ["WATCHDOG_USEC"] = interval, ["WATCHDOG_PID"] = processId, ["NOTIFY_SOCKET"] = interval is null ? null : "/nowhere/at/all" };
        using var notifier = new SystemdNotifier(variables.GetValueOrDefault, NullLogger.Instance);
        Assert.Null(notifier.WatchdogInterval);
        notifier.Ready("");
        notifier.Watchdog();
    }

    private static string Receive(Socket manager)
    {
        byte[] buffer = new byte[4096];
        manager.ReceiveTimeout = 10_000;
        return Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer));
    }
}
