using System.Diagnostics;
using System.Threading.Channels;
using Weir.Copytool.Tests.Mdt;

namespace Weir.Copytool.Tests.Native;

/// <summary>The test copytool, with the preload library in front of the stand-in (or without it).</summary>
internal sealed class CopytoolProcess : IAsyncDisposable
{
    private static readonly string[] Reports = ["ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:", "Invalid read", "Invalid write", "uninitialised", "definitely lost: "];

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _errors = [];
    private readonly Task _reading;

    private CopytoolProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadLinesAsync(), ReadErrorsAsync());
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Errors
    {
        get
        {
            lock (_errors) return string.Join('\n', _errors);
        }
    }

    /// <param name="port">Where the coordinator listens; 0: nothing is preloaded.</param>
    public static CopytoolProcess Start(Build build, MdtStandIn mdt, int port, string[] words, params (string Name, string Value)[] environment)
    {
        string program = Path.Combine(Toolchain.Directory(build), "copytool");
        string[] all = [.. words, "--hsm-root", mdt.ArchivePath, mdt.MountPath];
        ProcessStartInfo start = build == Build.Valgrind
            ? new("valgrind", ["-q", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite", "--error-exitcode=9", program, .. all])
            : new(program, all);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["STANDIN_MDT"] = mdt.SocketPath;
        start.Environment["ASAN_OPTIONS"] = "detect_leaks=1:exitcode=99";
        start.Environment["UBSAN_OPTIONS"] = "print_stacktrace=1";
        start.Environment["TSAN_OPTIONS"] = "exitcode=98:report_signal_unsafe=1";
        start.Environment["COORDINATOOL_CONF"] = "/dev/null";
        start.Environment["COORDINATOOL_RETRY_MIN_MS"] = "1";
        start.Environment["COORDINATOOL_RETRY_MAX_MS"] = "20";
        if (port != 0)
        {
            start.Environment["LD_PRELOAD"] = Toolchain.Preload(build);
            start.Environment["COORDINATOOL_HOST"] = "127.0.0.1";
            start.Environment["COORDINATOOL_PORT"] = $"{port}";
            start.Environment["COORDINATOOL_CLIENT_ID"] = "agent";
        }

        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new(start);
    }

    /// <summary>The next line of its standard output.</summary>
    public async Task<string> ReadLineAsync() => await Within.TimeAsync(_lines.Reader.ReadAsync(Within.Test).AsTask(), $"line from the copytool, which said: {Errors}");

    /// <summary>Lines up to the one that starts so, which is returned.</summary>
    public async Task<string> ReadLineAsync(string start)
    {
        while (true)
        {
            string line = await ReadLineAsync();
            if (line.StartsWith(start, StringComparison.Ordinal)) return line;
        }
    }

    /// <summary>What was printed since, without waiting.</summary>
    public List<string> TakeLines()
    {
        var lines = new List<string>();
        while (_lines.Reader.TryRead(out string? line)) lines.Add(line);
        return lines;
    }

    /// <summary>Waits until a message on standard error contains the text.</summary>
    public async Task WaitForErrorAsync(string text)
    {
        long start = Stopwatch.GetTimestamp();
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(start) > Within.Limit) throw new TimeoutException($"There was no '{text}' in: {Errors}");
            await Task.Delay(5, Within.Test);
        }
    }

    public void Signal(string name) => Assert.Equal(0, Toolchain.Run("kill", [$"-{name}", $"{_process.Id}"]).ExitCode);

    public async Task<int> WaitForExitAsync()
    {
        await Within.TimeAsync(_process.WaitForExitAsync(Within.Test).ContinueWith(_ => true, TaskScheduler.Default), $"end of the copytool, which said: {Errors}");
        await _reading;
        return _process.ExitCode;
    }

    /// <summary>Ends it as an operator does, and checks that it went well.</summary>
    public async Task StopAsync()
    {
        Signal("TERM");
        int exitCode = await WaitForExitAsync();
        Assert.True(exitCode == 0, $"exit code {exitCode}: {Errors}");
        AssertSound();
    }

    /// <summary>The same with one that may just have been started: before it has its signal handlers, a signal only kills it.</summary>
    public async Task StopRegisteredAsync()
    {
        await ReadLineAsync("registered");
        await StopAsync();
    }

    /// <summary>No sanitizer and no valgrind had anything to say.</summary>
    public void AssertSound()
    {
        foreach (string report in Reports) Assert.DoesNotContain(report, Errors, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        _process.Dispose();
    }

    private async Task ReadLinesAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line) _lines.Writer.TryWrite(line);
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_errors) _errors.Add(line);
        }
    }
}
