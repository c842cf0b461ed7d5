namespace Weir.Coordinator.Server;

/// <summary>Where connections put what they have read. From any thread.</summary>
internal interface ICoreInbox
{
    void Post(InboundBatch batch);
}
