using System.Diagnostics;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Chain;

/// <summary><c>weir agent</c> as a process, with the stand-in for liblustreapi.</summary>
internal sealed class MoverProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _errors = [];
    private readonly Task _reading;

    private MoverProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(RememberAsync(_process.StandardError), RememberAsync(_process.StandardOutput));
    }

    public bool HasExited => _process.HasExited;

    public string Errors
    {
        get
        {
            lock (_errors) return string.Join('\n', _errors.TakeLast(50));
        }
    }

    /// <param name="mdt">Whose file system it works on.</param>
    /// <param name="words">After <c>weir agent</c>, the mount point excepted.</param>
    public static MoverProcess Start(MdtStandIn mdt, params string[] words) => StartWith(mdt, [], words);

    /// <param name="mdt">Whose file system it works on.</param>
    /// <param name="variables">More of its environment.</param>
    /// <param name="words">After <c>weir agent</c>, the mount point excepted.</param>
    public static MoverProcess StartWith(MdtStandIn mdt, IEnumerable<(string Name, string Value)> variables, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), "agent", .. words, mdt.MountPath])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["STANDIN_MDT"] = mdt.SocketPath;
        start.Environment["LD_LIBRARY_PATH"] = Toolchain.Directory(Build.Plain);
        start.Environment["WEIR__AGENT__RETRY_FIRST"] = "10ms";
        start.Environment["WEIR__AGENT__RETRY_MOST"] = "100ms";
        start.Environment["WEIR__AGENT__PROGRESS_INTERVAL"] = "100ms";
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        return new(start);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(Within.Test);
        await _reading;
    }

    /// <summary>Ends it as an operator does; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, Toolchain.Run("kill", ["-TERM", $"{_process.Id}"]).ExitCode);
        return await WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync()
    {
        await Within.TimeAsync(_process.WaitForExitAsync(Within.Test).ContinueWith(_ => true, TaskScheduler.Default), $"end of the agent, which said: {Errors}");
        await _reading;
        return _process.ExitCode;
    }

    public async Task WaitForErrorAsync(string text)
    {
        long start = Stopwatch.GetTimestamp();
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(start) > Within.Limit) throw new TimeoutException($"There was no '{text}' in: {Errors}");
            await Task.Delay(5, Within.Test);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        _process.Dispose();
    }

    private async Task RememberAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_errors) _errors.Add(line);
        }
    }
}
