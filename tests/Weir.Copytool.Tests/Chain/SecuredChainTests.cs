using System.Security.Cryptography;
using System.Text;
using Weir.Copytool.Tests.Library;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Chain;

/// <summary>The library's TLS and token against those of Weir's coordinator.</summary>
public sealed class SecuredChainTests : IAsyncDisposable
{
    private readonly MdtStandIn _mdt = new();

    public ValueTask DisposeAsync() => _mdt.DisposeAsync();

    [Fact]
    public async Task Work_goes_to_the_agent_with_the_token_and_to_no_other()
    {
        using var certificates = new Certificates(_mdt.Root);
        string agents = Path.Combine(_mdt.Root, "agents"), configuration = Path.Combine(_mdt.Root, "weir.yaml");
        await File.WriteAllTextAsync(agents, $"agent token={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("s3cret")))}\n", Within.Test);
        await using var coordinator = new CoordinatorProcess(_mdt) { IsRegistered = true, Secured = ["-c", configuration] };
        await File.WriteAllTextAsync(configuration, $"""
            coordinator:
              listen: []
              listen_tls: "127.0.0.1:{coordinator.Port}"
              tls_certificate: {_mdt.Root}/server.pem
              tls_key: {_mdt.Root}/server.key
              agents_file: {agents}

            """, Within.Test);
        _mdt.WriteActiveRequests();
        MdtRegistration registration = (await coordinator.StartAsync())!;
        HsmRequest request = _mdt.Add(1, MdtAction.Archive, 1);
        await File.WriteAllTextAsync(_mdt.PathOf(request), "content", Within.Test);
        await MdtStandIn.SendAsync(registration, [request]);

        (string, string)[] secured = [("COORDINATOOL_TLS", "on"), ("COORDINATOOL_TLS_CA", $"{_mdt.Root}/ca.pem")];
        await using (CopytoolProcess stranger = CopytoolProcess.Start(Build.Address, _mdt, coordinator.Port, [], [.. secured, ("COORDINATOOL_TOKEN", "wrong")]))
        {
            await stranger.WaitForErrorAsync("next try in");
            await stranger.WaitForErrorAsync("next try in 1");
            await stranger.StopAsync();
            Assert.DoesNotContain("connected to", stranger.Errors, StringComparison.Ordinal);
        }

        Assert.Equal(0, request.BeginCount);
        await using CopytoolProcess agent = CopytoolProcess.Start(Build.Address, _mdt, coordinator.Port, [], [.. secured, ("COORDINATOOL_TOKEN", "s3cret")]);
        await agent.WaitForErrorAsync("connected to");
        await _mdt.WaitForEndAsync(request);
        Assert.Equal((0, 1), (request.Error, request.BeginCount));
        Assert.Equal("content", await File.ReadAllTextAsync(_mdt.ArchivedPathOf(request), Within.Test));
        await agent.StopAsync();
    }

    /// <summary>Agents of our own: by certificate and by token, and with neither.</summary>
    [Theory]
    [InlineData("posix")]
    [InlineData("command")]
    public async Task Our_agents_are_let_in_by_certificate_or_token_and_by_nothing_else(string kind)
    {
        using var certificates = new Certificates(_mdt.Root);
        await using var coordinator = Secured(
            $"mover1 token={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("s3cret")))}\nmover2 cert=cn:client\n");
        await coordinator.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(_mdt.Root, "token"), "s3cret\n", Within.Test);
        await File.WriteAllTextAsync(Path.Combine(_mdt.Root, "wrong"), "s3crets\n", Within.Test);
        (string, string)[] byCertificate = [("WEIR__AGENT__TLS_CERTIFICATE", $"{_mdt.Root}/client.pem"), ("WEIR__AGENT__TLS_KEY", $"{_mdt.Root}/client.key")];
        string[] work = kind == "posix" ? ["--hsm-root", _mdt.ArchivePath] : ["--program", $"sh -c 'cat >{_mdt.ArchivePath}/$WEIR_FID'"];

        HsmRequest[] requests = [_mdt.Add(1, MdtAction.Archive, 1), _mdt.Add(2, MdtAction.Archive, 2)];
        foreach (HsmRequest request in requests) await File.WriteAllTextAsync(_mdt.PathOf(request), "content", Within.Test);

        // Without anything, with a wrong token, with another's name, without TLS, and where the coordinator's own certificate is nobody's.
        await RefusedAsync([], "--id", "mover1", "--ca", $"{_mdt.Root}/ca.pem");
        await RefusedAsync([], "--id", "mover1", "--ca", $"{_mdt.Root}/ca.pem", "--token-file", $"{_mdt.Root}/wrong");
        await RefusedAsync([], "--id", "mover1", "--token-file", $"{_mdt.Root}/token");
        await RefusedAsync([], "--id", "mover1", "--ca", $"{_mdt.Root}/client.pem", "--token-file", $"{_mdt.Root}/token");
        await using (MoverProcess liar = MoverProcess.StartWith(_mdt, byCertificate, [kind, "--coordinator", $"127.0.0.1:{coordinator.Port}", .. work, "--id", "mover1", "--ca", $"{_mdt.Root}/ca.pem"]))
        {
            Assert.Equal(1, await liar.WaitForExitAsync());
            Assert.Contains("id not permitted", liar.Errors, StringComparison.Ordinal);
        }

        await using MoverProcess first = Start([], "--id", "mover1", "--ca", $"{_mdt.Root}/ca.pem", "--token-file", $"{_mdt.Root}/token");
        await first.WaitForErrorAsync("is connected to the coordinator");
        await QueueAsync(requests[0]);
        await _mdt.WaitForEndAsync(requests[0]);
        Assert.Equal(0, await first.StopAsync());
        await using MoverProcess second = Start(byCertificate, "--id", "mover2", "--ca", $"{_mdt.Root}/ca.pem");
        await second.WaitForErrorAsync("is connected to the coordinator");
        await QueueAsync(requests[1]);
        await _mdt.WaitForEndAsync(requests[1]);
        Assert.Equal(0, await second.StopAsync());
        Assert.All(requests, request => Assert.Equal((0, 1), (request.Error, request.BeginCount)));

        MoverProcess Start((string, string)[] variables, params string[] words) =>
            MoverProcess.StartWith(_mdt, variables, [kind, "--coordinator", $"127.0.0.1:{coordinator.Port}", .. work, .. words]);

        async Task RefusedAsync((string, string)[] variables, params string[] words)
        {
            await using MoverProcess agent = Start(variables, words);
            await agent.WaitForErrorAsync("Connecting again in");
            await agent.KillAsync();
            Assert.DoesNotContain("is connected to the coordinator", agent.Errors, StringComparison.Ordinal);
        }

        async Task QueueAsync(HsmRequest request)
        {
            Assert.Equal(0, request.BeginCount);
            var start = new System.Diagnostics.ProcessStartInfo(
                "dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), "coordinator", "queue", "--host", "127.0.0.1", "--port", $"{coordinator.Port}", "--tls", "--ca", $"{_mdt.Root}/ca.pem", "--token-file", $"{_mdt.Root}/ops-token"])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using var client = System.Diagnostics.Process.Start(start)!;
            await client.StandardInput.WriteLineAsync($"fid=[{request.Fid}] dfid=[{request.Fid}] compound/cookie=0x0/0x{request.Cookie:x} action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=u done=0");
            client.StandardInput.Close();
            string errors = await client.StandardError.ReadToEndAsync(Within.Test);
            await client.WaitForExitAsync(Within.Test);
            Assert.True(client.ExitCode == 0, errors);
        }
    }

    private CoordinatorProcess Secured(string agents)
    {
        string agentsPath = Path.Combine(_mdt.Root, "agents"), configuration = Path.Combine(_mdt.Root, "weir.yaml");
        File.WriteAllText(Path.Combine(_mdt.Root, "ops-token"), "0ps\n");
        File.WriteAllText(agentsPath, $"{agents}ops token={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("0ps")))} commands=all\n");
        var coordinator = new CoordinatorProcess(_mdt) { Secured = ["-c", configuration] };
        File.WriteAllText(configuration, $"""
            coordinator:
              listen: []
              listen_tls: "127.0.0.1:{coordinator.Port}"
              tls_certificate: {_mdt.Root}/server.pem
              tls_key: {_mdt.Root}/server.key
              tls_client_ca: {_mdt.Root}/ca.pem
              agents_file: {agentsPath}

            """);
        return coordinator;
    }
}
