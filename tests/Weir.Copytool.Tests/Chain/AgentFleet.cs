using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Chain;

/// <summary>Agents with names of their own, each killed or stopped and started again.</summary>
internal sealed class AgentFleet(Build build, MdtStandIn mdt, int port, int count) : IAsyncDisposable
{
    private readonly CopytoolProcess[] _agents = new CopytoolProcess[count];

    public int Count => _agents.Length;

    public void StartAll()
    {
        for (int i = 0; i < _agents.Length; i++) Start(i);
    }

    /// <summary>As a crash does.</summary>
    public async Task KillAsync(int agent)
    {
        AssertAlive(agent);
        await _agents[agent].DisposeAsync();
        Start(agent);
    }

    /// <summary>As an operator does.</summary>
    public async Task RestartAsync(int agent)
    {
        AssertAlive(agent);
        await _agents[agent].StopRegisteredAsync();
        Start(agent);
    }

    public async Task StopAllAsync()
    {
        foreach (CopytoolProcess agent in _agents) await agent.StopRegisteredAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (CopytoolProcess? agent in _agents)
        {
            if (agent is not null) await agent.DisposeAsync();
        }
    }

    private void AssertAlive(int agent) => Assert.False(_agents[agent].HasExited, $"Agent {agent} ended by itself: {_agents[agent].Errors}");

    private void Start(int agent) => _agents[agent] = CopytoolProcess.Start(
        build, mdt, port, ["--delay-ms", "5", .. agent == 0 ? ["--poll"] : Array.Empty<string>()],
        ("COORDINATOOL_CLIENT_ID", $"agent{agent}"), ("COORDINATOOL_MAX_ARCHIVE", "8"), ("COORDINATOOL_MAX_RESTORE", "8"), ("COORDINATOOL_MAX_REMOVE", "8"));
}
