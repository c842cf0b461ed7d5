using System.Diagnostics;
using System.Globalization;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;

namespace Weir.Benchmarks.Coordinators;

/// <summary>Agents that do nothing with their work but report it as done, against a server that is there already: what the coordinator itself can do.</summary>
internal static class CoordinatorDrain
{
    public static async Task RunAsync(int port, int agents, long total)
    {
        long left = total;
        int lists = 0;
        var watch = Stopwatch.StartNew();
        using var finished = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, agents).Select(number => Task.Run(() => DrainAsync(number))));
        double seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{agents,2} agents: {total} requests in {seconds:0.00} s, {total / seconds:0} requests/s, {lists} lists of {(double)total / lists:0} on average"));

        async Task DrainAsync(int number)
        {
            CoordinatorAddress address = new() { Host = "127.0.0.1", Port = port };
            await using CoordinatorConnection connection = await CoordinatorConnection.OpenAsync(address, CancellationToken.None);
            RequestWriter.WriteEhlo(connection.Outgoing, new() { Server = address, Id = string.Create(CultureInfo.InvariantCulture, $"bench{number}") }, null);
            await connection.AskAsync(CancellationToken.None);
            RequestWriter.WriteRecv(connection.Outgoing, -1, -1, -1, 1024 * 1024);
            try
            {
                while (true)
                {
                    await connection.FlushAsync(finished.Token);
                    CoordinatorReply reply = (await connection.ReadAsync(finished.Token)).ThrowIfRefused();
                    if (reply.Command == "done")
                    {
                        if (Interlocked.Decrement(ref left) == 0) await finished.CancelAsync();
                        continue;
                    }

                    Interlocked.Increment(ref lists);
                    foreach (HsmRequest request in connection.Work) RequestWriter.WriteDone(connection.Outgoing, request.Key, 0);
                    RequestWriter.WriteRecv(connection.Outgoing, -1, -1, -1, 1024 * 1024);
                }
            }
            catch (OperationCanceledException) when (finished.IsCancellationRequested)
            {
                // All is done.
            }
        }
    }
}
