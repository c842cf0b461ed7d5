using System.Net.Sockets;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;
using Weir.Lustre;
using Weir.Lustre.Llapi;
using Weir.Lustre.Tests.Llapi;

namespace Weir.Copytool.Tests.Llapi;

/// <summary>
/// Weir's own registration, against the stand-in. The stand-in reads the environment of the process, which is one for all tests: they
/// share one metadata target's address and run one after another.
/// </summary>
[Collection(nameof(LustreAgentTests))]
[CollectionDefinition(nameof(LustreAgentTests), DisableParallelization = true)]
public sealed class LustreAgentTests : IAsyncDisposable
{
    private readonly MdtStandIn _mdt;
    private readonly LlapiLibrary _library;
    private readonly RecordingSink _sink = new();
    private readonly CancellationTokenSource _stop = new();

    public LustreAgentTests()
    {
        string built = Toolchain.Directory(Build.Plain);
        _mdt = StandInProcess.Mdt;
        _library = LlapiLibrary.Load(Path.Combine(built, "liblustreapi.so"));
    }

    public ValueTask DisposeAsync()
    {
        _stop.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void A_place_that_is_not_Lustre_is_refused()
    {
        var refused = Assert.Throws<LlapiException>(() => CopytoolRegistration.Register(_library, "/no/such/mount", []));
        Assert.Equal(2, refused.Errno);
        Assert.Contains("'/no/such/mount' is not on a mounted Lustre file system", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_arrive_as_the_kernel_sends_them_also_broken_ones()
    {
        (Task running, MdtRegistration registration) = await RunAsync(1, 5);
        Assert.Equal([1, 5], registration.Archives);
        await SendAsync(registration, MdtStandIn.ActionList(new ActionListBytes("lustre", 5, 4).Add(Item(20, 6_442_450_945, "tag=a")).Add(Item(23, 7, "")).ToArray()));
        Assert.Equal("Archive 6442450945 0x200000401:0x9:0x0 5 4 7461673D61000000", await _sink.NextAsync());
        Assert.Equal("Cancel 7 0x200000401:0x9:0x0 5 4 ", await _sink.NextAsync());
        byte[] broken = new ActionListBytes("lustre", 1, 0).Add(Item(21, 8, "")).ToArray(count: 2);
        await SendAsync(registration, MdtStandIn.ActionList(broken));
        Assert.Equal("Restore 8 0x200000401:0x9:0x0 1 0 ", await _sink.NextAsync());
        Assert.Equal("damaged MissingItems", await _sink.NextAsync());
        await StopAsync(running, registration);
    }

    [Fact]
    public async Task A_message_may_come_in_pieces()
    {
        (Task running, MdtRegistration registration) = await RunAsync();
        byte[] message = MdtStandIn.ActionList(new ActionListBytes("lustre", 1, 0).Add(Item(22, 3, "")).ToArray());
        foreach (byte one in message) await SendAsync(registration, [one]);
        Assert.Equal("Remove 3 0x200000401:0x9:0x0 1 0 ", await _sink.NextAsync());
        await StopAsync(running, registration);
    }

    [Theory]
    [InlineData("shutdown", 108)]
    [InlineData("close", 32)]
    [InlineData("garbage", 71)]
    public async Task After_an_unmount_or_a_lost_pipe_it_registers_again(string what, int errno)
    {
        (Task running, MdtRegistration registration) = await RunAsync(2);
        for (int round = 0; round < 3; round++)
        {
            if (what == "shutdown") await SendAsync(registration, MdtStandIn.Shutdown());
            else if (what == "close") registration.Pipe.Shutdown(SocketShutdown.Both);
            else await SendAsync(registration, [1, 2, 3, 4, 5, 6, 7, 8]);
            Assert.Equal($"lost {errno}", await _sink.NextAsync());
            Assert.Equal("registered lustre", await _sink.NextAsync());
            MdtRegistration next = await _mdt.WaitForRegistrationAsync(registration);
            Assert.Equal([2], next.Archives);
            registration = next;
        }

        await SendAsync(registration, MdtStandIn.ActionList(new ActionListBytes("lustre", 2, 0).Add(Item(20, 1, "")).ToArray()));
        Assert.StartsWith("Archive 1 ", await _sink.NextAsync(), StringComparison.Ordinal);
        await StopAsync(running, registration);
    }

    [Fact]
    public async Task A_cancelled_request_is_ended_with_ECANCELED()
    {
        var agent = new LustreAgent(_library, Options(), _sink, TimeProvider.System);
        Assert.False(agent.TryEndWithError(Item(20, 100, ""), LlapiErrno.Cancelled));
        (Task running, MdtRegistration registration) = await RunAsync(agent);
        HsmRequest request = _mdt.Add(100, MdtAction.Archive, 9);
        Assert.True(agent.TryEndWithError(Item(20, 100, ""), LlapiErrno.Cancelled));
        Assert.Equal((true, 125, 1), (request.IsEnded, request.Error, request.EndCount));
        Assert.Equal(2, Assert.Throws<LlapiException>(() => agent.TryEndWithError(Item(20, 100, ""), LlapiErrno.Cancelled)).Errno);
        await StopAsync(running, registration);
        Assert.False(agent.TryEndWithError(Item(20, 100, ""), LlapiErrno.Cancelled));
    }

    [Fact]
    public async Task An_action_is_begun_reports_progress_and_ends()
    {
        (Task running, MdtRegistration registration) = await RunAsync();
        CopytoolRegistration copytool = _sink.Registration!;
        HsmRequest archive = _mdt.Add(200, MdtAction.Archive, 9);
        await File.WriteAllTextAsync(_mdt.PathOf(archive), "content", Within.Test);
        using (CopytoolAction action = CopytoolAction.Begin(copytool, Item(20, 200, "")))
        {
            Assert.Equal(new Fid(0x200000401, 9, 0), action.DataFid());
            using (Microsoft.Win32.SafeHandles.SafeFileHandle file = action.OpenFile()) Assert.Equal(7, RandomAccess.GetLength(file));
            Assert.Equal(0, action.Progress(0, 7, 7));
            _mdt.Cancel(archive);
            Assert.Equal(LlapiErrno.Cancelled, action.Progress(0, 7, 7));
            action.End(0, 7, LlapiErrno.Cancelled);
            Assert.Throws<ObjectDisposedException>(() => action.Progress(0, 7, 7));
        }

        Assert.Equal((1, 125), (archive.EndCount, archive.Error));
        HsmRequest restore = _mdt.Add(201, MdtAction.Restore, 9);
        using (CopytoolAction action = CopytoolAction.Begin(copytool, Item(21, 201, "")))
        {
            Assert.Equal(0x2deadbeeful, action.DataFid().Sequence);
            using (Microsoft.Win32.SafeHandles.SafeFileHandle file = action.OpenFile()) RandomAccess.Write(file, "restored"u8, 0);
            action.End(0, 8, 0);
        }

        Assert.Equal("restored", await File.ReadAllTextAsync(_mdt.PathOf(restore), Within.Test));
        HsmRequest left = _mdt.Add(202, MdtAction.Remove, 9);
        CopytoolAction.Begin(copytool, Item(22, 202, "")).Dispose();
        Assert.Equal((1, 5), (left.EndCount, left.Error));
        Assert.Equal(2, Assert.Throws<LlapiException>(() => CopytoolAction.Begin(copytool, Item(20, 999, ""))).Errno);
        await StopAsync(running, registration);
    }

    [Fact]
    public async Task Actions_outlive_the_registration_they_were_begun_with()
    {
        (Task running, MdtRegistration registration) = await RunAsync();
        HsmRequest request = _mdt.Add(300, MdtAction.Remove, 9);
        CopytoolAction action = CopytoolAction.Begin(_sink.Registration!, Item(22, 300, ""));
        await _stop.CancelAsync();
        await Within.TimeAsync(running.ContinueWith(_ => true, TaskScheduler.Default), "end of the agent");
        action.End(0, 0, 0);
        Assert.Equal((1, 0), (request.EndCount, request.Error));
        await _mdt.WaitForUnregistrationAsync(registration);
    }

    private static HsmActionItem Item(uint action, ulong cookie, string data)
    {
        var fid = new Fid(0x200000401, 9, 0);
        return new() { ActionNumber = action, Fid = fid, DataFid = fid, ExtentLength = ulong.MaxValue, Cookie = cookie, Data = System.Text.Encoding.ASCII.GetBytes(data) };
    }

    private static async Task SendAsync(MdtRegistration registration, byte[] bytes) =>
        await registration.Pipe.SendAsync(bytes, SocketFlags.None, Within.Test);

    private LustreAgentOptions Options(params int[] archives) => new()
    {
        MountPoint = _mdt.MountPath,
        ArchiveIds = archives,
        MinRetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(10),
    };

    private Task<(Task Running, MdtRegistration Registration)> RunAsync(params int[] archives) =>
        RunAsync(new LustreAgent(_library, Options(archives), _sink, TimeProvider.System));

    private async Task<(Task Running, MdtRegistration Registration)> RunAsync(LustreAgent agent)
    {
        Task running = agent.RunAsync(_stop.Token);
        Assert.Equal("registered lustre", await _sink.NextAsync());
        return (running, await _mdt.WaitForRegistrationAsync());
    }

    private async Task StopAsync(Task running, MdtRegistration registration)
    {
        await _stop.CancelAsync();
        await Within.TimeAsync(running.ContinueWith(_ => true, TaskScheduler.Default), "end of the agent");
        await running;
        await _mdt.WaitForUnregistrationAsync(registration);
    }
}
