using System.Diagnostics;

namespace Weir.Cli.Tests.Processes;

/// <summary>The program as a process of its own.</summary>
internal sealed class WeirProcess : IDisposable
{
    private readonly Process _process;

    public WeirProcess(string feed, params string[] words) : this(feed, new Dictionary<string, string>(), words) { }

    public WeirProcess(string feed, IReadOnlyDictionary<string, string> variables, params string[] words)
        : this(AppContext.BaseDirectory, feed, variables, words) { }

    private WeirProcess(string directory, string feed, IReadOnlyDictionary<string, string> variables, string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(directory, "weir.dll"), .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WEIR_FEED"] = feed;
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    /// <summary>Another copy of the program, without a feed.</summary>
    public static WeirProcess Of(string directory, params string[] words) => new(directory, "", new Dictionary<string, string>(), words);

    public StreamReader Out => _process.StandardOutput;

    public StreamReader Error => _process.StandardError;

    public StreamWriter Input => _process.StandardInput;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Sends a signal by its name, e.g. TERM.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<int> WaitForExitAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
