using System.Security.Cryptography;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Chain;

/// <summary>
/// The whole way of a request: MDT, coordinator, preload library, copytool, and back; every part a process of its own (the MDT is
/// played here), and each but the MDT killed again and again in the middle.
/// </summary>
public sealed class ChainTests : IAsyncDisposable
{
    private const int Agents = 3;

    private readonly MdtStandIn _mdt = new();
    private CoordinatorProcess? _coordinator;
    private MdtRegistration? _registration;

    public async ValueTask DisposeAsync()
    {
        if (_coordinator is not null) await _coordinator.DisposeAsync();
        await _mdt.DisposeAsync();
    }

    /// <param name="build">How the agents are built.</param>
    /// <param name="isRegistered">Whether the coordinator has its requests from the MDT itself; else they are queued.</param>
    /// <param name="files">How many.</param>
    [Theory]
    [InlineData(Build.Plain, false, 1000)]
    [InlineData(Build.Plain, true, 1000)]
    [InlineData(Build.Address, true, 100)]
    public async Task Files_survive_kills_of_server_and_agents(Build build, bool isRegistered, int files)
    {
        int seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        Dictionary<uint, byte[]> hashes = MakeFiles(files, random);
        _coordinator = new(_mdt) { IsRegistered = isRegistered };
        await using var agents = new AgentFleet(build, _mdt, _coordinator.Port, Agents);
        await StartCoordinatorAsync();
        agents.StartAll();

        HsmRequest[] archives = await RunAsync(MdtAction.Archive, 1_000, hashes.Keys, agents, random);
        Assert.All(archives, request => Assert.Equal(hashes[request.ObjectId], HashOf(_mdt.ArchivedPathOf(request))));
        foreach (HsmRequest request in archives) await File.WriteAllBytesAsync(_mdt.PathOf(request), [], Within.Test);

        HsmRequest[] restores = await RunAsync(MdtAction.Restore, 6_442_450_000, hashes.Keys, agents, random);
        Assert.All(restores, request => Assert.Equal(hashes[request.ObjectId], HashOf(_mdt.PathOf(request))));

        await RunAsync(MdtAction.Remove, 8_000_000_000, hashes.Keys, agents, random);
        Assert.DoesNotContain(Directory.GetFiles(_mdt.ArchivePath), path => !Path.GetFileName(path).Contains("_tmp", StringComparison.Ordinal));

        await agents.StopAllAsync();
        Assert.True(_mdt.Overlaps == 0, $"seed {seed}: {_mdt.Overlaps} actions were begun while a living agent was at them");
        Assert.True(_mdt.LateEnds == 0, $"seed {seed}: {_mdt.LateEnds} actions were ended a second time by an agent that had lived all the time");
    }

    [Fact]
    public async Task By_the_originals_name_it_registers_and_serves()
    {
        _coordinator = new(_mdt) { IsRegistered = true, HasOriginalName = true };
        await StartCoordinatorAsync();
        Assert.Equal([1], _registration!.Archives);
        await using CopytoolProcess agent = CopytoolProcess.Start(Build.Plain, _mdt, _coordinator.Port, []);
        MakeFiles(5, new Random(1));
        HsmRequest[] requests = [.. Enumerable.Range(1, 5).Select(file => _mdt.Add(file, MdtAction.Archive, (uint)file))];
        await MdtStandIn.SendAsync(_registration!, requests);
        await _mdt.WaitForEndAsync(requests);
        Assert.All(requests, request => Assert.Equal(0, request.Error));
        await agent.StopAsync();
    }

    [Fact]
    public async Task A_cancelled_request_ends_with_ECANCELED_wherever_it_is()
    {
        _coordinator = new(_mdt) { IsRegistered = true };
        await StartCoordinatorAsync();
        await using CopytoolProcess agent = CopytoolProcess.Start(Build.Address, _mdt, _coordinator.Port, ["--delay-ms", "1000"], ("COORDINATOOL_MAX_ARCHIVE", "1"));
        MakeFiles(2, new Random(1));
        HsmRequest[] requests = [_mdt.Add(1, MdtAction.Archive, 1), _mdt.Add(2, MdtAction.Archive, 2)];
        await MdtStandIn.SendAsync(_registration!, requests);
        await _mdt.WaitAsync(() => requests[0].BeginCount + requests[1].BeginCount == 1, "begin of one of the two");
        foreach (HsmRequest request in requests) _mdt.Cancel(request);
        await MdtStandIn.SendAsync(_registration!, requests, MdtAction.Cancel);
        await _mdt.WaitForEndAsync(requests);
        Assert.All(requests, request => Assert.Equal((125, 1), (request.Error, request.EndCount)));
        Assert.Equal(1, requests.Sum(request => request.BeginCount));
        await agent.StopAsync();
    }

    [Fact]
    public async Task A_request_that_cannot_be_is_ended_with_an_error()
    {
        _coordinator = new(_mdt) { IsRegistered = true };
        await StartCoordinatorAsync();
        HsmRequest request = _mdt.Add(1, MdtAction.Archive, 1);
        await MdtStandIn.SendAsync(_registration!, [request], archiveId: 0);
        await _mdt.WaitForEndAsync(request);
        Assert.NotEqual(0, request.Error);
        Assert.Equal(1, request.EndCount);
    }

    [Fact]
    public async Task After_an_unmount_the_coordinator_registers_again()
    {
        _coordinator = new(_mdt) { IsRegistered = true };
        await StartCoordinatorAsync();
        await using CopytoolProcess agent = CopytoolProcess.Start(Build.Plain, _mdt, _coordinator.Port, []);
        MakeFiles(1, new Random(1));
        MdtRegistration first = _registration!;
        await first.Pipe.SendAsync(MdtStandIn.Shutdown(), System.Net.Sockets.SocketFlags.None, Within.Test);
        MdtRegistration second = await _mdt.WaitForRegistrationAsync(first);
        HsmRequest request = _mdt.Add(1, MdtAction.Archive, 1);
        await MdtStandIn.SendAsync(second, [request]);
        await _mdt.WaitForEndAsync(request);
        Assert.Equal(0, request.Error);
        await agent.StopAsync();
    }

    private async Task StartCoordinatorAsync()
    {
        _mdt.WriteActiveRequests();
        _registration = await _coordinator!.StartAsync();
    }

    private static byte[] HashOf(string path) => SHA256.HashData(File.ReadAllBytes(path));

    /// <summary>From nothing to a megabyte, most of them small.</summary>
    private Dictionary<uint, byte[]> MakeFiles(int count, Random random)
    {
        var hashes = new Dictionary<uint, byte[]>();
        for (uint file = 1; file <= count; file++)
        {
            byte[] content = new byte[file % 50 == 0 ? 0 : (int)Math.Exp(random.NextDouble() * Math.Log(1 << 20))];
            random.NextBytes(content);
            File.WriteAllBytes(Path.Combine(_mdt.MountPath, ".lustre", "fid", $"0x{HsmRequest.Sequence:x}:0x{file:x}:0x0"), content);
            hashes.Add(file, SHA256.HashData(content));
        }

        return hashes;
    }

    /// <summary>Asks for one thing with every file, and sees each done and well while processes come and go.</summary>
    private async Task<HsmRequest[]> RunAsync(MdtAction action, long firstCookie, IEnumerable<uint> files, AgentFleet agents, Random random)
    {
        HsmRequest[] requests = [.. files.Select(file => _mdt.Add(firstCookie + file, action, file))];
        if (_registration is not null) await MdtStandIn.SendAsync(_registration, requests);
        else foreach (HsmRequest[] part in requests.Chunk(250)) await QueueClient.QueueAsync(_coordinator!.Port, part);
        int total = requests.Length, steps = 8;
        for (int step = 1; step <= steps + 1; step++)
        {
            // Each part has its time, and not all of them one: on a machine with much else to do they need it.
            int until = total * step / (steps + 1);
            await _mdt.WaitAsync(() => requests.Count(request => request.IsEnded) >= until, $"progress of the {action}s to {until} of {total}; before, the coordinator said: {_coordinator!.Errors}");
            if (step <= steps) await DisturbAsync(agents, random);
        }

        Assert.All(requests, request => Assert.True(request.Error == 0, $"{action} of {request.Fid} ended with errno {request.Error}"));
        return requests;
    }

    private async Task DisturbAsync(AgentFleet agents, Random random)
    {
        int what = random.Next(2 * agents.Count + 2);
        if (what < agents.Count)
        {
            await agents.KillAsync(what);
        }
        else if (what < 2 * agents.Count)
        {
            await agents.RestartAsync(what - agents.Count);
        }
        else
        {
            await _coordinator!.KillAsync();
            await StartCoordinatorAsync();
        }
    }
}
