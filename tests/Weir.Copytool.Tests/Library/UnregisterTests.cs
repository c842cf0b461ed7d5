using System.Diagnostics;
using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

public sealed class UnregisterTests : LibraryTest
{
    [Theory]
    [InlineData(Build.Address)]
    [InlineData(Build.Thread)]
    [InlineData(Build.Valgrind)]
    public async Task Unregistering_in_a_signal_handler_is_safe_at_any_moment(Build build)
    {
        int seed = Random.Shared.Next(), rounds = build == Build.Valgrind ? 3 : 15;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        long cookie = 1;
        for (int round = 0; round < rounds; round++)
        {
            await using CopytoolProcess copytool = Start(build, ["--noop", .. round % 3 == 0 ? ["--serial"] : Array.Empty<string>(), .. round % 3 == 1 ? ["--poll"] : Array.Empty<string>()]);
            await copytool.ReadLineAsync("registered");
            ScriptedConnection connection = await Coordinator.GreetAsync();
            await connection.ExpectAsync("recv");
            await connection.SendAsync(Replies.List(Enumerable.Range(0, 200).Select(_ => Replies.Item(20, cookie, (uint)cookie++))));
            for (int done = random.Next(50); done > 0; done--) await connection.TakeDoneAsync();
            copytool.Signal(random.Next(2) == 0 ? "TERM" : "INT");
            while (await connection.ReadAsync() is { } message)
            {
                if (message.GetProperty("command").GetString() == "done") await connection.SendAsync("""{"command":"done"}""");
            }

            int exitCode = await copytool.WaitForExitAsync();
            Assert.True(exitCode == 0, $"seed {seed}, round {round}, exit code {exitCode}: {copytool.Errors}");
            copytool.AssertSound();
        }
    }

    [Theory]
    [InlineData(Build.Address, "--poll")]
    [InlineData(Build.Address)]
    [InlineData(Build.Thread)]
    [InlineData(Build.Valgrind)]
    public async Task Unregistering_from_another_thread_ends_receiving_and_leaves_nothing(Build build, params string[] words)
    {
        await using CopytoolProcess copytool = Start(build, ["--stop-after", "20", .. words]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync(Replies.List(Enumerable.Range(1, 25).Select(cookie => Replies.Item(AddArchive(cookie)))));
        int told = 0;
        while (await connection.ReadAsync() is { } message)
        {
            if (message.GetProperty("command").GetString() != "done") continue;
            told++;
            await connection.SendAsync("""{"command":"done"}""");
        }

        Assert.InRange(told, 20, 25);
        int exitCode = await copytool.WaitForExitAsync();
        Assert.True(exitCode == 0, $"exit code {exitCode}: {copytool.Errors}");
        copytool.AssertSound();
    }

    [Fact]
    public async Task It_waits_for_the_ends_to_be_acknowledged_but_not_for_long()
    {
        await using CopytoolProcess copytool = Start(Build.Plain, ["--noop"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync(Replies.List(Replies.Item(AddArchive(1))));
        await connection.ReadPastAsync("recv", "done");
        long start = Stopwatch.GetTimestamp();
        copytool.Signal("TERM");
        Assert.Equal(0, await copytool.WaitForExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 20);
    }

    [Fact]
    public async Task It_does_not_wait_for_a_coordinator_that_is_not_there()
    {
        await using var mdt = new MdtStandIn();
        await using CopytoolProcess copytool = CopytoolProcess.Start(Build.Plain, mdt, 1, ["--noop"]);
        await copytool.ReadLineAsync("registered");
        await copytool.WaitForErrorAsync("next try in");
        await copytool.StopAsync();
    }

    [Theory]
    [InlineData("COORDINATOOL_PORT", "x", "COORDINATOOL_PORT")]
    [InlineData("COORDINATOOL_CONF", "/no/such/file", "/no/such/file")]
    [InlineData("COORDINATOOL_TOKEN_FILE", "/no/such/file", "COORDINATOOL_TOKEN_FILE")]
    [InlineData("COORDINATOOL_HAL_SIZE", "100", "COORDINATOOL_HAL_SIZE")]
    public async Task A_configuration_that_cannot_be_used_fails_the_registration(string name, string value, string reason)
    {
        await using CopytoolProcess copytool = Start(Build.Address, [], (name, value));
        Assert.Equal(1, await copytool.WaitForExitAsync());
        Assert.Contains(reason, copytool.Errors, StringComparison.Ordinal);
        Assert.Contains("copytool: register: ", copytool.Errors, StringComparison.Ordinal);
        copytool.AssertSound();
    }

    [Theory]
    [InlineData()]
    [InlineData("--poll")]
    public async Task Receiving_in_a_forked_child_is_an_error_and_not_a_wait_without_end(params string[] words)
    {
        // Without a sanitizer: its allocator's locks may be held by another thread when the process forks, and the child then waits for ever.
        await using CopytoolProcess copytool = Start(Build.Plain, ["--fork", .. words]);
        Assert.Equal(1, await copytool.WaitForExitAsync());
        Assert.Contains("copytool: receive: Transport endpoint is not connected", copytool.Errors, StringComparison.Ordinal);
        Assert.Contains("forked after it registered", copytool.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mount_point_without_fids_fails_the_registration()
    {
        Directory.Delete(Path.Combine(Mdt.MountPath, ".lustre", "fid"));
        await using CopytoolProcess copytool = Start(Build.Address, []);
        Assert.Equal(1, await copytool.WaitForExitAsync());
        Assert.Contains("cannot be registered: No such file or directory", copytool.Errors, StringComparison.Ordinal);
        copytool.AssertSound();
    }
}
