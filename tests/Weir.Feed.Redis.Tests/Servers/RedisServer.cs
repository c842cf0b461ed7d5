using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Feed.Redis.Tests.Servers;

/// <summary>A redis-server of a test's own on a free port of the loopback, in a directory of its own; gone with the test.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "redis-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string[] _settings;
    private Process? _process;
    private string? _configuration;

    private RedisServer(int port, string[] settings)
    {
        Port = port;
        _settings = settings;
        Directory = System.IO.Directory.CreateTempSubdirectory("weir-redis-").FullName;
    }

    public int Port { get; }

    public string Directory { get; }

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>Starts one, or skips the test where none is installed. Each setting is an argument: <c>--maxmemory</c>, <c>10mb</c>.</summary>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        if (!IsInstalled()) Assert.Skip($"{Program} is not installed (Debian: apt-get install redis-server).");
        for (int attempt = 0; ; attempt++)
        {
            var server = new RedisServer(FreePort(), settings);
            if (await server.TryStartAsync()) return server;
            await server.DisposeAsync();
            if (attempt == 5) throw new InvalidOperationException($"{Program} does not start: {server.LogText()}");
        }
    }

    /// <summary>Starts a Sentinel with these lines as its configuration.</summary>
    public static async Task<RedisServer> StartSentinelAsync(string configuration)
    {
        string file = Path.Combine(Path.GetTempPath(), $"weir-sentinel-{Guid.NewGuid():n}.conf");
        await File.WriteAllTextAsync(file, configuration + "\n");
        RedisServer sentinel = await StartAsync(file, "--sentinel");
        sentinel._configuration = file;
        return sentinel;
    }

    public static int FreePort()
    {
        // Above the ports that the kernel gives to clients, and low enough for a cluster's bus ten thousand above.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        while (true)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken; another.
            }
        }
    }

    /// <summary>Kills it as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Starts it again on the same port and directory, with its data or without.</summary>
    public async Task RestartAsync(bool isEmpty = false)
    {
        await KillAsync();
        if (isEmpty)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
            System.IO.Directory.CreateDirectory(Directory);
        }

        long started = Stopwatch.GetTimestamp();
        while (!await TryStartAsync())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new InvalidOperationException($"{Program} does not start again: {LogText()}");
        }
    }

    /// <summary>Sends it a signal: STOP, CONT.</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>One command by redis-cli; its output without the last newline.</summary>
    public Task<string> CommandAsync(params string[] arguments) => RunAsync("redis-cli", ["-h", "127.0.0.1", "-p", $"{Port}", .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (System.IO.Directory.Exists(Directory)) System.IO.Directory.Delete(Directory, recursive: true);
        if (_configuration is not null) File.Delete(_configuration);
    }

    internal static async Task<string> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}{output}");
        return output.TrimEnd('\n');
    }

    internal static bool IsInstalled(string program = Program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    private async Task<bool> TryStartAsync()
    {
        string[] arguments = ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Directory, "--logfile", "redis.log"];
        arguments = _settings is [var file, "--sentinel"] ? [file, .. arguments, "--sentinel"] : [.. arguments, "--save", "", .. _settings];
        _process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            if (_process.HasExited) return false;
            if (await AnswersAsync()) return true;
        }

        return false;
    }

    private async Task<bool> AnswersAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            await socket.SendAsync("INFO server\r\n"u8.ToArray());
            var reply = new byte[16 * 1024];
            int read = await socket.ReceiveAsync(reply);
            string text = Encoding.ASCII.GetString(reply, 0, read);

            // Any answer but "loading" will do: a password may be wanted. Where it says who it is, it must not be another
            // test's server, which took the port in the same moment; then this one ends in a while.
            bool isAnother = text.Contains("process_id:", StringComparison.Ordinal) && !text.Contains($"process_id:{_process!.Id}\r", StringComparison.Ordinal);
            if (isAnother) await Task.Delay(5);
            return read > 0 && !isAnother && !text.StartsWith("-LOADING", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            await Task.Delay(5); // Its process starts.
            return false;
        }
    }

    private string LogText()
    {
        string log = Path.Combine(Directory, "redis.log");
        return File.Exists(log) ? File.ReadAllText(log) : "it wrote no log";
    }
}
