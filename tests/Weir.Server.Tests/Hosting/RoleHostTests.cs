using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Lab.Time;
using Weir.Server.Hosting;

namespace Weir.Server.Tests.Hosting;

public sealed class RoleHostTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _events = new();

    private SupervisorOptions Options => new() { Time = _time, Random = new Random(1), RetryDelay = TimeSpan.FromSeconds(1) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Roles_start_in_their_order_and_stop_the_other_way_round()
    {
        using var host = new RoleHost(Options, NullLogger.Instance);
        foreach (string name in (string[])["one", "two", "three"]) host.Add(name, () => new TestRole(name, this));
        await host.StartAsync(Token);
        Assert.True(host.IsReady);
        Assert.Empty(await host.StopAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(["one starts", "two starts", "three starts", "three stops", "two stops", "one stops"], _events);
        Assert.All(host.Statuses, status => Assert.Equal(RoleState.Stopped, status.State));
    }

    [Fact]
    public async Task A_role_that_fails_says_so_is_run_again_and_takes_no_other_down()
    {
        int runs = 0;
        using var host = new RoleHost(Options, NullLogger.Instance);
        host.Add("good", () => new TestRole("good", this));
        host.Add("bad", () => ++runs < 3 ? throw new IOException("the disk is on fire") : new TestRole("bad", this));
        host.Add("last", () => new TestRole("last", this));
        await host.StartAsync(Token);
        Assert.False(host.IsReady);
        Assert.Equal([(RoleState.Running, null), (RoleState.Failed, "the disk is on fire"), (RoleState.Running, (string?)null)], host.Statuses.Select(status => (status.State, status.Problem)));
        // Whenever a wait between two runs begins, its time passes.
        while (!host.IsReady)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Token);
        }

        Assert.Equal(2, host.Statuses[1].Restarts);
        Assert.Equal(0, host.Statuses[0].Restarts);
        await host.StopAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Waits_between_failures_grow_to_the_longest_and_no_further()
    {
        int runs = 0;
        using var host = new RoleHost(Options with { MaxRetryDelay = TimeSpan.FromSeconds(4) }, NullLogger.Instance);
        host.Add("bad", () =>
        {
            runs++;
            throw new IOException("no");
        });
        await host.StartAsync(Token);
        var waits = new List<double>();
        for (int expected = 2; expected <= 7; expected++)
        {
            double waited = 0;
            while (Volatile.Read(ref runs) < expected)
            {
                await _time.WhenTimersAsync(1, Token);
                _time.Advance(TimeSpan.FromSeconds(0.25));
                waited += 0.25;
                await Task.Yield();
                Assert.True(waited < 3600);
            }

            waits.Add(waited);
        }

        // Each wait lies between half of the delay and the delay, and the clock moves by quarters (it may move on before a run is seen).
        Assert.InRange(waits[0], 0.5, 2);
        Assert.True(waits[^1] >= 2, string.Join(' ', waits));
        await host.StopAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_role_that_ends_by_itself_has_failed()
    {
        using var host = new RoleHost(Options, NullLogger.Instance);
        host.Add("short", () => new EndingRole());
        await host.StartAsync(Token);
        Assert.Equal((RoleState.Failed, "it ended by itself"), (host.Statuses[0].State, host.Statuses[0].Problem));
        await host.StopAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_role_that_does_not_stop_in_time_is_named_and_the_others_stop()
    {
        using var host = new RoleHost(Options, NullLogger.Instance);
        host.Add("good", () => new TestRole("good", this));
        host.Add("stuck", () => new StuckRole());
        await host.StartAsync(Token);
        Task<IReadOnlyList<string>> stopping = host.StopAsync(TimeSpan.FromSeconds(5));
        await _time.WhenTimersAsync(1, Token);
        _time.Advance(TimeSpan.FromSeconds(6));
        IReadOnlyList<string> late = await stopping;
        Assert.Contains("stuck", late);
        await WhenAsync(host, () => _events.Contains("good stops"));
    }

    [Fact]
    public async Task A_replaced_role_stops_before_the_next_starts_also_when_it_waits_after_a_failure()
    {
        using var host = new RoleHost(Options, NullLogger.Instance);
        host.Add("role", () => new TestRole("old", this));
        host.Add("failing", () => throw new IOException("no"));
        await host.StartAsync(Token);
        Assert.True(host.Replace("role", () => new TestRole("new", this)));
        Assert.True(host.Replace("failing", () => new TestRole("mended", this)));
        Assert.False(host.Replace("nobody", () => new TestRole("nobody", this)));
        await WhenAsync(host, () => host.IsReady && _events.Contains("new starts") && _events.Contains("mended starts"));
        string[] order = [.. _events];
        Assert.True(Array.IndexOf(order, "old stops") < Array.IndexOf(order, "new starts"));
        await host.StopAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Waits until something is so, looking after each change of a status.</summary>
    private static async Task WhenAsync(RoleHost host, Func<bool> isSo)
    {
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnChanged() => changed.TrySetResult();
            host.Changed += OnChanged;
            try
            {
                if (isSo()) return;
                await Task.WhenAny(changed.Task, Task.Delay(20, Token));
                Token.ThrowIfCancellationRequested();
            }
            finally
            {
                host.Changed -= OnChanged;
            }
        }
    }

    private sealed class TestRole(string name, RoleHostTests test) : IRole
    {
        public string Name => name;

        public async Task RunAsync(IRoleReport report, CancellationToken stopping)
        {
            test._events.Enqueue($"{name} starts");
            report.Running();
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            test._events.Enqueue($"{name} stops");
        }
    }

    private sealed class EndingRole : IRole
    {
        public string Name => "short";

        public Task RunAsync(IRoleReport report, CancellationToken stopping) => Task.CompletedTask;
    }

    private sealed class StuckRole : IRole
    {
        public string Name => "stuck";

        public Task RunAsync(IRoleReport report, CancellationToken stopping)
        {
            report.Running();
            return new TaskCompletionSource().Task;
        }
    }
}
