using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Importing;
using Weir.Coordinator.Journal;
using Weir.Feed;
using Weir.Feed.Redis;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Coordinator;

/// <summary>
/// Takes over what an existing deployment of the original keeps in Redis, once: what it holds has ended some day, and nobody removes it there.
/// That it was done is a document of the feed.
/// </summary>
internal static class CoordinatoolTakeover
{
    /// <summary>Of the feed's documents: one for each server that was taken over.</summary>
    internal const string Collection = "coordinator:imports";

    /// <summary>To be called before the server listens. Does nothing where no server is configured or this one was taken over before.</summary>
    /// <exception cref="IOException">The server cannot be reached or read, and it was named; the message says what to do.</exception>
    public static async Task RunAsync(
        CoordinatorSection section, IFeedEngine feed, JournaledCoordinator coordinator, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        if (section.RedisHost is not { Length: > 0 }) return;
        RedisUrl server = ServerOf(section);
        string name = server.Database == 0 ? server.Endpoints[0].ToString() : $"{server.Endpoints[0]}/{server.Database}";
        FeedDocument? done = await feed.Documents.ReadAsync(Collection, name, cancellationToken).ConfigureAwait(false);
        if (done is not null && !section.ImportsAgain)
        {
            ServerLog.CoordinatoolTakenBefore(logger, name);
            return;
        }

        ImportReport? report = await ImportAsync(section, server, coordinator, logger, time, cancellationToken).ConfigureAwait(false);
        byte[] note = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"t\":{time.GetUtcNow().ToUnixTimeMilliseconds()},\"taken\":{report?.Queued + report?.Running ?? 0}}}"));
        await feed.Documents.TryWriteAsync(Collection, name, note, done, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A URL as it is, a host at the port that the original knows it by.</summary>
    private static RedisUrl ServerOf(CoordinatorSection section) =>
        RedisUrl.IsRedis(section.RedisHost!) ? RedisUrl.Parse(section.RedisHost!) : new() { Endpoints = [new(section.RedisHost!, section.RedisPort)] };

    private static async Task<ImportReport?> ImportAsync(
        CoordinatorSection section, RedisUrl server, JournaledCoordinator coordinator, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        RedisHashReader reader;
        try
        {
            reader = await RedisHashReader.OpenAsync(server, time, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException unreachable) when (section.IsRedisAssumed)
        {
            ServerLog.CoordinatoolNotThere(logger, server.ToString(), unreachable.Message.TrimEnd('.'));
            return null;
        }
        catch (IOException unreachable)
        {
            throw new IOException($"The Redis server at {server}, which has the requests of coordinatool, cannot be reached: {unreachable.Message.TrimEnd('.')}. Start it, name it with what it wants (redis_host: rediss://user:password@host:port), or set redis_host to '' when there is nothing to take over.", unreachable);
        }

        await using (reader.ConfigureAwait(false))
        {
            try
            {
                ImportReport report = await CoordinatoolImport.RunAsync(new CoordinatoolRedis(reader), coordinator, cancellationToken).ConfigureAwait(false);
                ServerLog.CoordinatoolTaken(logger, server.ToString(), report.ToString());
                return report;
            }
            catch (IOException failed) when (failed is not FeedException)
            {
                throw new IOException($"The requests of coordinatool could not be read from the Redis server at {server}: {failed.Message.TrimEnd('.')}. What was read is kept; it is tried again at the next start.", failed);
            }
        }
    }
}
