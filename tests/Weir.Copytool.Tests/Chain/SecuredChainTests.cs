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
}
