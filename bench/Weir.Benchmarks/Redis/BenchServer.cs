using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Weir.Benchmarks.Redis;

/// <summary>A redis-server on the loopback with an append-only file that is flushed every second, as the comparison wants it.</summary>
internal sealed partial class BenchServer : IDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    public BenchServer(string scratch)
    {
        _directory = Path.Combine(scratch, $"redis-{Environment.ProcessId}");
        Directory.CreateDirectory(_directory);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        }

        string[] arguments = ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _directory, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--logfile", "log"];
        _process = Process.Start(new ProcessStartInfo("redis-server", arguments))!;
        while (!Run("redis-cli", "PING").Contains("PONG", StringComparison.Ordinal)) Thread.Sleep(10);
    }

    public int Port { get; }

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>Appends a second by redis-benchmark with one client and 64 commands in flight.</summary>
    public double Yardstick(int records, int dataBytes)
    {
        string output = Run(
            "redis-benchmark", "-c", "1", "-P", "64", "-n", $"{records}", "-q", "XADD", "yardstick", "*", "data", new string('x', dataBytes));
        return double.Parse(Requests().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Processor time the server has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, ["-h", "127.0.0.1", "-p", $"{Port}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [GeneratedRegex(@"([0-9.]+) requests per second")]
    private static partial Regex Requests();
}
