using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Tests.Server;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Scenarios;

/// <summary>The original's tests of reporting files: which lines stand in them, and when they go.</summary>
public sealed class ReportScenarioTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-reports-");

    private string File => Path.Combine(_directory.FullName, "job-1_A");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_file_has_a_line_for_each_step_and_goes_when_nothing_comes_any_more()
    {
        await using TestServer server = await StartAsync();
        HsmRequest[] requests = [.. Enumerable.Range(1, 8).Select(number => Request(number, HsmAction.Restore, "x=1,job=job-1_A"))];
        await server.Server.QueueAsync(requests, RequestOrigin.Lustre);
        await server.Server.QueueAsync([Request(20, HsmAction.Restore, "job=../evil"), Request(21, HsmAction.Restore, "job="), Request(22, HsmAction.Restore, "nojob=job-1_A")], RequestOrigin.Lustre);
        await WhenAsync(server, () => Lines("new ") == 8);
        Assert.Equal(8, ReadLines().Length);

        // Each interval the place of each restore that waits.
        await server.AdvanceAsync(Interval);
        await WhenAsync(server, () => Lines("progress ") == 8);
        Assert.Contains(ReadLines(), line => line == $"progress {requests[0].Fid} global_queue 1/11");
        await using var mover = new Mover(server, "n0", 3, isHolding: true);
        await server.WhenAsync(core => core.Running.Restore == 3);
        await WhenAsync(server, () => Lines("sent ") == 3);
        await server.AdvanceAsync(Interval);
        await WhenAsync(server, () => Lines("progress ") == 13);
        while (server.Core.Count > 0)
        {
            mover.ReleaseAll();
            await server.SettleAsync();
        }

        await WhenAsync(server, () => Lines("done ") == 8);
        string[] lines = ReadLines();
        Assert.Equal((8, 8, 8, 13, 8), (Lines("new "), Lines("assign "), Lines("sent "), Lines("progress "), Lines("done ")));
        Assert.Equal(45, lines.Length);
        Assert.Contains($"sent {requests[0].Fid} n0", lines);
        Assert.Contains($"done {requests[7].Fid} 0", lines);
        Assert.Equal([File], Directory.GetFiles(_directory.FullName));

        // Between one and two intervals after the last line.
        await server.AdvanceAsync(Interval * 0.9);
        Assert.True(System.IO.File.Exists(File));
        await server.AdvanceAsync(Interval);
        await WhenAsync(server, () => !System.IO.File.Exists(File));
    }

    [Fact]
    public async Task What_is_for_one_agent_or_cancelled_is_told_too()
    {
        await using TestServer server = await StartAsync(new() { HostMappings = [new("job=", ["n7"])], ClientGrace = TimeSpan.FromHours(1) });
        HsmRequest[] requests = [Request(1, HsmAction.Archive, "job=job-1_A"), Request(2, HsmAction.Archive, "job=job-1_A")];
        await server.Server.QueueAsync(requests, RequestOrigin.Lustre);
        await WhenAsync(server, () => Lines("assign ") == 2);
        Assert.Contains($"assign {requests[0].Fid} n7", ReadLines());
        await server.Server.CancelAsync(requests[1].Key);
        await WhenAsync(server, () => Lines("cancel ") == 1);
        await using var mover = new Mover(server, "n7", 3);
        await WhenAsync(server, () => Lines("done ") == 1);
        Assert.Equal(["new", "assign", "new", "assign", "cancel", "sent", "done"], ReadLines().Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task A_directory_that_is_not_there_holds_nothing_up()
    {
        await using TestServer server = await StartAsync();
        _directory.Delete(recursive: true);
        await using var mover = new Mover(server, "n0", 3);
        await server.Server.QueueAsync([.. Enumerable.Range(1, 20).Select(number => Request(number, HsmAction.Restore, "job=job-1_A"))], RequestOrigin.Lustre);
        await server.WhenAsync(core => core.Done.Restore == 20);
        _directory.Create();
        Assert.Single(server.Logger.Lines, line => line.Contains("A report could not be written", StringComparison.Ordinal));
    }

    private Task<TestServer> StartAsync(CoordinatorOptions? options = null) =>
        TestServer.StartAsync((options ?? new()) with { Reporting = new() { Hint = "job", Interval = Interval } }, new() { ReportDirectory = _directory.FullName });

    private string[] ReadLines() => System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : [];

    private int Lines(string start) => ReadLines().Count(line => line.StartsWith(start, StringComparison.Ordinal));

    /// <summary>Lets a little time pass until it is so: what is due at a moment happens when the server next looks at its clock.</summary>
    private async Task WhenAsync(TestServer server, Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition() && !limit.IsCancellationRequested) await server.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.True(condition(), string.Join('\n', ReadLines()));
    }

    private static HsmRequest Request(int number, HsmAction action, string data) => new()
    {
        Action = action,
        Fid = new(0x200000401, (uint)number, 0),
        DataFid = new(0x200000401, (uint)number, 0),
        Cookie = (ulong)number,
        ArchiveId = 1,
        Data = System.Text.Encoding.UTF8.GetBytes(data),
    };
}
