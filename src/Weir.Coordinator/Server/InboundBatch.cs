namespace Weir.Coordinator.Server;

/// <summary>Everything that one read from a connection brought.</summary>
internal sealed class InboundBatch(Connection connection)
{
    public Connection Connection { get; } = connection;

    public List<Inbound> Messages { get; } = [];
}
