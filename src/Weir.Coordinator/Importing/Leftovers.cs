using Microsoft.Extensions.Logging;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Server;
using Weir.Lustre.HsmFiles;

namespace Weir.Coordinator.Importing;

/// <summary>What an MDT counts as active and the coordinator does not know: of a time before it, or of another coordinator.</summary>
public static class Leftovers
{
    private const int RequestsAtOnce = 16 * 1024;

    /// <summary>
    /// Queues what a file of active requests (<c>hsm/active_requests</c>, <c>hsm/actions</c>) has and the coordinator does not know. A file
    /// that cannot be read is logged, and passed over: it is no reason not to work.
    /// </summary>
    public static async Task TakeInAsync(CoordinatorServer server, string path, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        long count = 0;
        try
        {
            using FileStream file = File.OpenRead(path);
            using var reader = new HsmFileReader<RequestTextLine>(file);
            while (Read(reader) is { Count: > 0 } requests)
            {
                count += requests.Count;
                await server.QueueAsync(requests, RequestOrigin.Import).WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            CoordinatorLog.LeftoversRead(logger, count, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CoordinatorLog.LeftoversUnreadable(logger, path, exception.Message);
        }
    }

    private static List<HsmRequest> Read(HsmFileReader<RequestTextLine> reader)
    {
        var requests = new List<HsmRequest>();
        while (requests.Count < RequestsAtOnce && reader.TryRead(out RequestTextLine line))
        {
            if (line.IsWanted) requests.Add(line.Request);
        }

        return requests;
    }
}
