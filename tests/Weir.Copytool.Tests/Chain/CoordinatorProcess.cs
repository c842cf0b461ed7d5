using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Chain;

/// <summary>
/// <c>weir coordinator serve</c> over a feed of its own, killed and started again at one port; registered with the MDT or waiting for
/// what is queued.
/// </summary>
internal sealed class CoordinatorProcess : IAsyncDisposable
{
    private readonly string _feed;
    private readonly string _configuration;
    private readonly List<string> _errors = [];
    private Process? _process;

    private readonly MdtStandIn _mdt;

    public CoordinatorProcess(MdtStandIn mdt)
    {
        _mdt = mdt;
        _feed = Path.Combine(mdt.Root, "feed");
        _configuration = Path.Combine(mdt.Root, "coordinatool.conf");
        File.WriteAllText(_configuration, "redis_host ''\nclient_grace_ms 600000\n");
        Port = FindPort();
    }

    public int Port { get; }

    /// <summary>Whether it takes its requests from the MDT.</summary>
    public bool IsRegistered { get; init; }

    /// <summary>Whether it is called by the original's name, with the original's options only.</summary>
    public bool HasOriginalName { get; init; }

    /// <summary>Options and files in place of the plain listener on loopback.</summary>
    public string[]? Secured { get; init; }

    /// <summary>Starts it and waits until it accepts connections, and is registered where it is to be.</summary>
    public async Task<MdtRegistration?> StartAsync()
    {
        MdtRegistration[] before = _mdt.Registrations;
        string[] words = HasOriginalName
            ? ["-v", "-c", _configuration, "-A", "1", "-H", "127.0.0.1", "-p", $"{Port}", _mdt.MountPath]
            : Words();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (HasOriginalName) start.Environment["WEIR_INVOKED_AS"] = "lhsmd_coordinatool";
        start.Environment["WEIR_FEED"] = $"file:{_feed}";
        start.Environment["STANDIN_MDT"] = _mdt.SocketPath;
        start.Environment["LD_LIBRARY_PATH"] = Toolchain.Directory(Build.Plain);
        _process = Process.Start(start)!;
        _ = RememberAsync(_process.StandardError);
        _ = RememberAsync(_process.StandardOutput);
        long begun = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            Assert.False(_process.HasExited, $"The coordinator ended: {Errors}");
            Assert.True(Stopwatch.GetElapsedTime(begun) < Within.Limit, $"The coordinator does not listen: {Errors}");
            await Task.Delay(20, Within.Test);
        }

        return IsRegistered ? await _mdt.WaitForRegistrationAsync(before) : null;
    }

    /// <summary>
    /// A port that is free and stays so while the coordinator is down: one below the range that the kernel gives to those who ask for any, a connection's near end among them.
    /// </summary>
    private static int FindPort()
    {
        while (true)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's already.
            }
        }
    }

    private string[] Words()
    {
        string[] lustre = IsRegistered ? ["--leftovers", _mdt.ActiveRequestsPath, _mdt.MountPath] : [];
        return ["coordinator", "serve", "--feed", $"file:{_feed}", .. Secured ?? ["-c", _configuration, "--host", "127.0.0.1", "--port", $"{Port}"], .. lustre];
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(Within.Test);
        _process.Dispose();
    }

    public string Errors
    {
        get
        {
            lock (_errors) return string.Join('\n', _errors.TakeLast(30));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, Within.Test);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task RememberAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_errors) _errors.Add(line);
        }
    }
}
