using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Cli.Tests.Verbs.Feed;
using Weir.Feed.Log;
using Weir.Server.Configuration.Sections;
using Weir.Server.Coordinator;

namespace Weir.Cli.Tests.Verbs.Coordinator;

public sealed class CoordinatorVerbTests : FeedFixture, IAsyncLifetime
{
    private LogEngine? _feed;
    private RunningCoordinator? _coordinator;

    public async ValueTask InitializeAsync()
    {
        _feed = new(new() { Directory = FeedDirectory });
        CoordinatorSection section = new() { Listen = ["127.0.0.1:0"], FsName = "testfs" };
        _coordinator = await RunningCoordinator.StartAsync(section, _feed, NullLogger.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        Terminal.Variables["COORDINATOOL_HOST"] = "127.0.0.1";
        Terminal.Variables["COORDINATOOL_PORT"] = _coordinator.Server.EndPoints[0].Port.ToString(CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await _coordinator!.DisposeAsync();
        await _feed!.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task Text_is_queued_and_seen()
    {
        Assert.Equal((0, "3 queued, 0 known already\n"), await QueueAsync(Active(1), Active(2, "RESTORE"), Active(3, "REMOVE")));
        Assert.Equal((0, "1 queued, 2 known already\n"), await QueueAsync(Active(1), Active(2, "RESTORE"), Active(4)));
        Outcome status = await RunAsync("coordinator", "status");
        Assert.Contains("pending        1        2       1       0\n", status.Out, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse((await RunAsync("coordinator", "status", "--json", "--lists")).Out);
        Assert.Equal(2, json.RootElement.GetProperty("waiting_archive").GetArrayLength());
        Assert.Equal(3, json.RootElement.GetProperty("waiting").GetArrayLength());
    }

    [Fact]
    public async Task Headers_other_actions_and_what_has_ended_are_passed_over()
    {
        const string actions = "lrh=[type=10680000 len=136 idx=1/5] fid=[0x200000401:0x7:0x0] dfid=[0x200000401:0x7:0x0] compound/cookie=0x0/0x7 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status=";
        string[] lines =
        [
            "mdt.testfs-MDT0000.hsm.active_requests=", Active(1), Active(2, "CANCEL"), "mdt.testfs-MDT0000.hsm.agents=", "uuid=x archive_id=ANY requests=[current:0 ok:0 errors:0]",
            "mdt.testfs-MDT0001.hsm.actions=", actions + "STARTED data=[]", (actions + "SUCCEED data=[]").Replace("0x7 action", "0x8 action", StringComparison.Ordinal),
        ];
        Terminal.Input = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        Outcome outcome = await RunAsync("coordinator", "queue", "--json");
        Assert.Equal((0, "{\"sent\":2,\"enqueued\":2,\"skipped\":0,\"others\":2,\"bad_lines\":0}\n"), (outcome.ExitCode, outcome.Out));
    }

    [Fact]
    public async Task Input_that_is_cut_or_unreadable_is_a_failure_and_the_rest_is_taken()
    {
        Terminal.Input = Encoding.UTF8.GetBytes(Active(1) + "\ngarbage\n" + Active(2));
        Outcome outcome = await RunAsync("coordinator", "queue");
        Assert.Equal((1, "1 queued, 0 known already\n"), (outcome.ExitCode, outcome.Out));
        Assert.Contains("in the middle of a line", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_system_is_refused()
    {
        Terminal.Input = Encoding.UTF8.GetBytes(Active(1) + "\n");
        Outcome outcome = await RunAsync("coordinator", "queue", "--fsname", "other");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Bad fsname", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_explained()
    {
        await QueueAsync(Active(1), Active(2));
        Outcome known = await RunAsync("coordinator", "status", "--why", "0x2");
        Assert.Equal(0, known.ExitCode);
        Assert.Contains("queue of all agents", known.Out, StringComparison.Ordinal);
        Assert.Contains("1 before it", known.Out, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync("coordinator", "status", "--why", "77")).ExitCode);
        Assert.Equal(2, (await RunAsync("coordinator", "status", "--why", "x")).ExitCode);
    }

    [Fact]
    public async Task Work_is_looked_at_and_drained()
    {
        await QueueAsync(Active(1), Active(2));
        Outcome seen = await RunAsync("coordinator", "recv", "-i", "1", "-I", "eye");
        Assert.Equal(["ARCHIVE fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x1:0x0] cookie=0x1 archive#=1", "ARCHIVE fid=[0x200000401:0x2:0x0] dfid=[0x200000401:0x2:0x0] cookie=0x2 archive#=1"], seen.Lines);
        Assert.Equal(0, (await RunAsync("coordinator", "drain", "-i", "1", "-I", "eye")).ExitCode);
        Assert.Contains("done           0        2       0       0\n", (await RunAsync("coordinator", "status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locked_is_seen_and_undone()
    {
        Assert.Equal(0, (await RunAsync("coordinator", "lock")).ExitCode);
        Assert.Contains("LOCKED", (await RunAsync("coordinator", "status")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("coordinator", "unlock")).ExitCode);
        Assert.DoesNotContain("LOCKED", (await RunAsync("coordinator", "status")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("coordinator", "lock-quit")).ExitCode);
        await _coordinator!.Server.Completion.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Under_the_original_s_name_its_options_choose()
    {
        Terminal.InvokedAs = "/usr/bin/coordinatool-client";
        Terminal.Input = Encoding.UTF8.GetBytes(Active(1) + "\n");
        Assert.Equal(0, (await RunAsync("-Q", "--fsname", "testfs", "-v", "-v")).ExitCode);
        Outcome status = await RunAsync();
        Assert.StartsWith("Got status reply:\n{\n  \"command\": \"status\",\n  \"pending_archive\": 1,\n", status.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("waiting", status.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("--lock")).ExitCode);
        Assert.Equal(0, (await RunAsync("--unlock", "-q")).ExitCode);
        Assert.Equal(0, (await RunAsync("--drain", "-I", "me", "-A", "1", "-i", "1")).ExitCode);
    }

    [Fact]
    public async Task A_coordinator_that_is_not_there_is_named()
    {
        Outcome outcome = await RunAsync("coordinator", "status", "-p", "1");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("no connection to the coordinator at 127.0.0.1:1", outcome.Error, StringComparison.Ordinal);
    }

    private static string Active(int number, string action = "ARCHIVE") => string.Create(
        CultureInfo.InvariantCulture,
        $"fid=[0x200000401:0x{number:x}:0x0] dfid=[0x200000401:0x{number:x}:0x0] compound/cookie=0x0/0x{number:x} action={action} archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[7461673D61] canceled=0 uuid=x done=0");

    private async Task<(int ExitCode, string Out)> QueueAsync(params string[] lines)
    {
        Terminal.Input = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        Outcome outcome = await RunAsync("coordinator", "queue");
        return (outcome.ExitCode, outcome.Out);
    }
}
