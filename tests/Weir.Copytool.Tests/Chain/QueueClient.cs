using System.Net;
using System.Net.Sockets;
using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Chain;

/// <summary>Brings requests to a coordinator by its <c>queue</c> command.</summary>
internal static class QueueClient
{
    public static async Task QueueAsync(int port, IReadOnlyCollection<HsmRequest> requests, string fsName = "lustre")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Within.Test);
        await using var connection = new ScriptedConnection(client.GetStream());
        await connection.SendAsync($$"""{"command": "queue", "fsname": "{{fsName}}", "hsm_action_items": [{{string.Join(", ", requests.Select(request => Replies.Item(request)))}}]}""");
        Assert.Equal(requests.Count, (await connection.ExpectAsync("queue")).GetProperty("enqueued").GetInt32());
    }
}
