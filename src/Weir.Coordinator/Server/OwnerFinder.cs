using System.Diagnostics.CodeAnalysis;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Server;

/// <summary>
/// Looks up whose files requests are about, beside the core. A file system that lets its callers wait lets only the owners wait: requests
/// are taken in and handed out meanwhile, as of unknown owners.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing that has to be given back.")]
internal sealed class OwnerFinder(IOwnerLookup lookup, CoreLoop loop)
{
    /// <summary>Lookups under way at a time.</summary>
    private const int AtOnce = 16;

    private const int RequestsPerRound = 512;

    private readonly SemaphoreSlim _wanted = new(1, 1);

    /// <summary>There are requests to look up. From any thread.</summary>
    public void Wake()
    {
        lock (_wanted)
        {
            if (_wanted.CurrentCount == 0) _wanted.Release();
        }
    }

    /// <summary>Looks up until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await _wanted.WaitAsync(stopping).ConfigureAwait(false);
            while (await TakeAsync(stopping).ConfigureAwait(false) is { Count: > 0 } wanted)
            {
                var owners = new RequestOwner[wanted.Count];
                await Parallel.ForAsync(
                    0, owners.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stopping },
                    async (index, token) => owners[index] = await lookup.FindAsync(wanted[index].Fid, token).AsTask().WaitAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
                loop.Post(core =>
                {
                    for (int i = 0; i < owners.Length; i++) core.SetOwner(wanted[i].Key, owners[i]);
                });
            }
        }
    }

    private Task<List<(RequestKey Key, Fid Fid)>> TakeAsync(CancellationToken stopping)
    {
        var taken = new TaskCompletionSource<List<(RequestKey Key, Fid Fid)>>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(core =>
        {
            var wanted = new List<(RequestKey Key, Fid Fid)>();
            core.TakeOwnerless(wanted, RequestsPerRound);
            taken.SetResult(wanted);
        });
        return taken.Task.WaitAsync(stopping);
    }
}
