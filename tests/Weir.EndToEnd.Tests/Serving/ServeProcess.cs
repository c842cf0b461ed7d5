using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Weir.EndToEnd.Tests.Serving;

/// <summary>A daemon as a process of its own, on a feed, a socket and a port of its own.</summary>
internal sealed class ServeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServeProcess(string directory, int port, IEnumerable<string> words, IReadOnlyDictionary<string, string>? variables)
    {
        Directory = directory;
        Port = port;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), "serve", "--listen", $"127.0.0.1:{port}", .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WEIR_FEED"] = $"file:{directory}/feed";
        start.Environment["WEIR__FEEDS__SOCKET"] = SocketPath;
        start.Environment["WEIR__AUTH__TOKENS_FILE"] = Path.Combine(directory, "tokens");
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginErrorReadLine();
    }

    public string Directory { get; }

    public int Port { get; }

    public int Id => _process.Id;

    public string SocketPath => Path.Combine(Directory, "feed.sock");

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>What it said on standard error.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Starts a daemon and waits until its last role runs, which is the HTTP interface unless roles are named.</summary>
    public static async Task<ServeProcess> StartAsync(string directory, IReadOnlyDictionary<string, string>? variables = null, params string[] words)
    {
        var served = new ServeProcess(directory, FreePort(), words, variables);
        try
        {
            await served._ready.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
            return served;
        }
        catch (TimeoutException)
        {
            string said = served.Said;
            served.Dispose();
            throw new InvalidOperationException($"the daemon did not start: {said}");
        }
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<int> WaitForExitAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has said something.</summary>
    public async Task WhenSaidAsync(string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!Said.Contains(text, StringComparison.Ordinal)) await Task.Delay(10, limit.Token);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _ready.TrySetException(new InvalidOperationException($"the daemon ended: {Said}"));
            return;
        }

        _said.Enqueue(line);
        if (line.Contains("Role api runs", StringComparison.Ordinal) || line.Contains("Role shipper", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
