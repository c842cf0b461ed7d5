using System.Collections.Concurrent;
using Weir.Cli.Tests.Processes;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>A running 'weir hsm ship', and what it says.</summary>
internal sealed class RunningShipper : IDisposable
{
    private readonly WeirProcess _process;
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly Task _reading;

    public RunningShipper(string feed, string actions, string snapshot)
    {
        _process = new(feed, "hsm", "ship", "--poll-interval", "100ms", "--actions", actions, "--snapshot", snapshot);
        _reading = Task.Run(async () =>
        {
            while (await _process.Error.ReadLineAsync(CancellationToken.None) is { } line) _messages.Enqueue(line);
        });
    }

    public IReadOnlyCollection<string> Messages => _messages;

    /// <summary>How many looks at the files it has reported.</summary>
    public int Looks => _messages.Count(line => line.Contains("live actions of", StringComparison.Ordinal));

    public async Task StopAsync()
    {
        await _process.SignalAsync("TERM");
        int exitCode = await _process.WaitForExitAsync();
        await _reading;
        Assert.True(exitCode == 0, $"exit code {exitCode}: {string.Join('\n', _messages)}");
    }

    public void Dispose() => _process.Dispose();
}
