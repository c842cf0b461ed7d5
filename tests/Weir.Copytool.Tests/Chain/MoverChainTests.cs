using System.Security.Cryptography;
using System.Text.Json;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Chain;

/// <summary>
/// The whole way with movers of our own: MDT, coordinator, <c>weir agent posix</c>; agents and coordinator are killed in the middle, and after each
/// kill the archive is looked at.
/// </summary>
public sealed class MoverChainTests : IAsyncDisposable
{
    private const int Agents = 2;
    private const int Files = 150;

    private readonly MdtStandIn _mdt = new();
    private readonly MoverProcess?[] _agents = new MoverProcess?[Agents];

    /// <summary>What each file may be in the archive: its content now, and what it was when it was archived before.</summary>
    private readonly Dictionary<uint, HashSet<string>> _versions = [];

    private CoordinatorProcess? _coordinator;
    private MdtRegistration? _registration;

    public async ValueTask DisposeAsync()
    {
        foreach (MoverProcess? agent in _agents)
        {
            if (agent is not null) await agent.DisposeAsync();
        }

        if (_coordinator is not null) await _coordinator.DisposeAsync();
        await _mdt.DisposeAsync();
    }

    [Fact]
    public async Task Files_are_archived_released_restored_and_removed_while_everything_is_killed()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        _coordinator = new(_mdt) { IsRegistered = true };
        await StartCoordinatorAsync();
        for (int i = 0; i < Agents; i++) Start(i);

        Write(random);
        HsmRequest[] requests = await RunAsync(MdtAction.Archive, 1_000, random, seed);
        Write(random);
        requests = await RunAsync(MdtAction.Archive, 2_000, random, seed);
        Assert.All(requests, request => Assert.Equal(SumOf(_mdt.PathOf(request)), SumOf(CopyOf(request.ObjectId))));

        Dictionary<uint, string> sums = requests.ToDictionary(request => request.ObjectId, request => SumOf(_mdt.PathOf(request)));
        foreach (HsmRequest request in requests) await File.WriteAllBytesAsync(_mdt.PathOf(request), [], Within.Test);
        requests = await RunAsync(MdtAction.Restore, 6_442_450_000, random, seed);
        Assert.All(requests, request => Assert.Equal(sums[request.ObjectId], SumOf(_mdt.PathOf(request))));

        await RunAsync(MdtAction.Remove, 8_000_000_000, random, seed);
        string[] left = Directory.GetFiles(_mdt.ArchivePath, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(left, path => !path.Contains("_tmp.", StringComparison.Ordinal));
        foreach (MoverProcess? agent in _agents)
        {
            await agent!.WaitForErrorAsync("is connected to the coordinator");
            Assert.Equal(0, await agent.StopAsync());
        }

        Assert.True(_mdt.Overlaps == 0, $"seed {seed}: {_mdt.Overlaps} actions were begun while a living agent was at them");
        Assert.True(_mdt.LateEnds == 0, $"seed {seed}: {_mdt.LateEnds} actions were ended a second time by an agent that had lived all the time");
    }

    [Fact]
    public async Task Without_a_coordinator_an_agent_registers_itself()
    {
        await using MoverProcess agent = MoverProcess.Start(_mdt, "posix", "--lustre", "--hsm-root", _mdt.ArchivePath, "--archive", "1");
        MdtRegistration registration = await _mdt.WaitForRegistrationAsync();
        Assert.Equal([1], registration.Archives);
        HsmRequest archive = _mdt.Add(1, MdtAction.Archive, 1);
        await File.WriteAllTextAsync(_mdt.PathOf(archive), "content", Within.Test);
        Directory.CreateDirectory(Path.Combine(_mdt.MountPath, ".lustre", "path"));
        File.CreateSymbolicLink(Path.Combine(_mdt.MountPath, ".lustre", "path", archive.Fid), "home/u/a file");
        await MdtStandIn.SendAsync(registration, [archive]);
        await _mdt.WaitForEndAsync(archive);
        Assert.Equal((0, 1), (archive.Error, archive.EndCount));
        Assert.Equal("content", await File.ReadAllTextAsync(CopyOf(1), Within.Test));
        Assert.Equal("home/u/a file", Manifest(1).GetProperty("path").GetString());

        // After an unmount it registers again, and what is cancelled ends with ECANCELED.
        await registration.Pipe.SendAsync(MdtStandIn.Shutdown(), System.Net.Sockets.SocketFlags.None, Within.Test);
        registration = await _mdt.WaitForRegistrationAsync(registration);
        HsmRequest cancelled = _mdt.Add(2, MdtAction.Restore, 1), gone = _mdt.Add(3, MdtAction.Archive, 77);
        _mdt.Cancel(cancelled);
        await MdtStandIn.SendAsync(registration, [cancelled, gone]);
        await _mdt.WaitForEndAsync(cancelled, gone);
        Assert.Equal((125, 2), (cancelled.Error, gone.Error));
        Assert.Equal(0, await agent.StopAsync());
        await _mdt.WaitForUnregistrationAsync(registration);
    }

    [Fact]
    public async Task A_program_does_the_work_of_a_copytool()
    {
        _coordinator = new(_mdt);
        await _coordinator.StartAsync();
        const string program = "sh -c 'case $WEIR_ACTION in archive) cat >\"$0/$WEIR_FID\";; restore) cat \"$0/$WEIR_FID\";; remove) rm \"$0/$WEIR_FID\";; esac'";
        await using MoverProcess agent = MoverProcess.Start(_mdt, "command", "--coordinator", $"127.0.0.1:{_coordinator.Port}", "--program", $"{program} {_mdt.ArchivePath}");
        HsmRequest archive = _mdt.Add(1, MdtAction.Archive, 1), restore = _mdt.Add(2, MdtAction.Restore, 1), remove = _mdt.Add(3, MdtAction.Remove, 1), again = _mdt.Add(4, MdtAction.Remove, 1);
        await File.WriteAllTextAsync(_mdt.PathOf(archive), "content", Within.Test);
        await QueueAndWaitAsync(archive);
        await File.WriteAllBytesAsync(_mdt.PathOf(archive), [], Within.Test);
        await QueueAndWaitAsync(restore);
        Assert.Equal("content", await File.ReadAllTextAsync(_mdt.PathOf(archive), Within.Test));
        await QueueAndWaitAsync(remove);
        await QueueAndWaitAsync(again);
        Assert.Equal([0, 0, 0, 5], new[] { archive, restore, remove, again }.Select(request => request.Error));
        await agent.WaitForErrorAsync("No such file");
        Assert.Equal(0, await agent.StopAsync());
    }

    [Fact]
    public async Task An_agent_refuses_to_move_another_file_systems_files()
    {
        _coordinator = new(_mdt) { Secured = ["-c", Path.Combine(_mdt.Root, "other.yaml")] };
        await File.WriteAllTextAsync(Path.Combine(_mdt.Root, "other.yaml"), $"coordinator:\n  fsname: other\n  listen: 127.0.0.1:{_coordinator.Port}\n", Within.Test);
        await _coordinator.StartAsync();
        HsmRequest archive = _mdt.Add(1, MdtAction.Archive, 1);
        await File.WriteAllTextAsync(_mdt.PathOf(archive), "content", Within.Test);
        await using MoverProcess agent = MoverProcess.Start(_mdt, "posix", "--coordinator", $"127.0.0.1:{_coordinator.Port}", "--hsm-root", _mdt.ArchivePath);
        await QueueClient.QueueAsync(_coordinator.Port, [archive], "other");
        Assert.Equal(1, await agent.WaitForExitAsync());
        Assert.Contains("its work is for file system 'other', and this agent's is 'lustre'", agent.Errors, StringComparison.Ordinal);
        Assert.Equal(0, archive.BeginCount);
        Assert.Empty(Directory.GetFileSystemEntries(_mdt.ArchivePath));
    }

    private static string SumOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private async Task QueueAndWaitAsync(HsmRequest request)
    {
        await QueueClient.QueueAsync(_coordinator!.Port, [request]);
        await _mdt.WaitForEndAsync(request);
    }

    private string CopyOf(uint file) => Path.Combine(_mdt.ArchivePath, $"{file & 0xffff:x4}/{file >> 16:x4}/0401/0000/0002/0000/0x{HsmRequest.Sequence:x}:0x{file:x}:0x0");

    private JsonElement Manifest(uint file) => JsonDocument.Parse(File.ReadAllBytes(CopyOf(file) + ".manifest")).RootElement;

    private void Start(int agent) => _agents[agent] = MoverProcess.Start(
        _mdt, "posix", "--coordinator", $"127.0.0.1:{_coordinator!.Port}", "--id", $"mover{agent}", "--hsm-root", _mdt.ArchivePath, "--archive-slots", "3", "--restore-slots", "3");

    private async Task StartCoordinatorAsync()
    {
        _mdt.WriteActiveRequests();
        _registration = await _coordinator!.StartAsync();
    }

    /// <summary>From nothing to two megabytes, most of them small, some with holes.</summary>
    private void Write(Random random)
    {
        for (uint file = 1; file <= Files; file++)
        {
            byte[] content = new byte[file % 40 == 0 ? 0 : (int)Math.Exp(random.NextDouble() * Math.Log(1 << 21))];
            random.NextBytes(content);
            string path = Path.Combine(_mdt.MountPath, ".lustre", "fid", $"0x{HsmRequest.Sequence:x}:0x{file:x}:0x0");
            using (FileStream stream = File.Create(path))
            {
                if (file % 10 == 0) stream.Position = random.Next(10_000_000);
                stream.Write(content);
            }

            if (!_versions.TryGetValue(file, out HashSet<string>? versions)) _versions.Add(file, versions = []);
            versions.Add(SumOf(path));
        }
    }

    private async Task<HsmRequest[]> RunAsync(MdtAction action, long firstCookie, Random random, int seed)
    {
        HsmRequest[] requests = [.. Enumerable.Range(1, Files).Select(file => _mdt.Add(firstCookie + file, action, (uint)file))];
        await MdtStandIn.SendAsync(_registration!, requests);
        for (int step = 1; step <= 5; step++)
        {
            int until = Files * step / 5;
            await _mdt.WaitAsync(() => requests.Count(request => request.IsEnded) >= until, $"progress of the {action}s to {until} of {Files}; before, the coordinator said: {_coordinator!.Errors}");
            if (step == 5) break;
            await DisturbAsync(random);
            AssertArchiveIsIntact(seed);
        }

        Assert.All(requests, request => Assert.True(request.Error == 0, $"seed {seed}: {action} of {request.Fid} ended with errno {request.Error}; {string.Join('\n', _agents.Select(agent => agent!.Errors))}"));
        return requests;
    }

    private async Task DisturbAsync(Random random)
    {
        int what = random.Next(Agents + 1);
        if (what == Agents)
        {
            await _coordinator!.KillAsync();
            await StartCoordinatorAsync();
            return;
        }

        MoverProcess agent = _agents[what]!;
        Assert.False(agent.HasExited, $"Agent {what} ended by itself: {agent.Errors}");
        if (random.Next(3) == 0)
        {
            // Before it has its signal handlers, a signal only kills it.
            await agent.WaitForErrorAsync("is connected to the coordinator");
            Assert.Equal(0, await agent.StopAsync());
        }
        else
        {
            await agent.KillAsync();
        }

        await agent.DisposeAsync();
        Start(what);
    }

    /// <summary>Under a fid stands a whole copy, of this content or of the one before; half ones have other names.</summary>
    private void AssertArchiveIsIntact(int seed)
    {
        foreach ((uint file, HashSet<string> versions) in _versions)
        {
            // Agents are at work: a copy may be removed or replaced between two looks at it.
            string? sum = null;
            try
            {
                sum = SumOf(CopyOf(file));
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
            }

            Assert.True(sum is null || versions.Contains(sum), $"seed {seed}: the copy of file {file} is none of its versions");
        }
    }
}
