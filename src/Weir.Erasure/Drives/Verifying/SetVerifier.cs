using System.Runtime.CompilerServices;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Verifies a set: walks all its drives together in one order and gives each object once, with everything that its positions say.
/// </summary>
public sealed class SetVerifier(DriveQueues queues)
{
    private readonly ObjectExaminer _examiner = new(queues);

    /// <summary>Gives every object of the set, in the order of <see cref="WalkRules.Compare"/> on "bucket/stored key".</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="set">The set.</param>
    /// <param name="options">What is verified.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ObjectVerdict> VerifyAsync(DrivePool pool, int set, VerifyOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<Drive?> drives = pool.Set(set);
        var waiting = new Stack<string>();
        foreach (string bucket in (await ListAsync(drives, "").ConfigureAwait(false)).Where(WalkRules.IsBucket).Reverse()) waiting.Push(bucket);
        while (waiting.TryPop(out string? path))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (path.IndexOf('/', StringComparison.Ordinal) is > 0 and int slash && (options.After is null || WalkRules.Compare(path, options.After) > 0))
            {
                ObjectName name = ObjectName.FromDirectory(path[..slash], path[(slash + 1)..]);
                ObjectVerdict verdict = await _examiner.ExamineAsync(pool, set, name, options.Examine, cancellationToken).ConfigureAwait(false);
                if (verdict.Versions.Count > 0) yield return verdict;
            }

            foreach (string child in Enumerable.Reverse(await ListAsync(drives, path).ConfigureAwait(false)))
            {
                if (WalkRules.IsWalked(path, child)) waiting.Push($"{path}/{child}");
            }
        }
    }

    private async Task<List<string>> ListAsync(IReadOnlyList<Drive?> drives, string path)
    {
        List<string>[] lists = await Task.WhenAll(drives.Where(drive => drive is not null).Select(async drive =>
        {
            try
            {
                return await queues[drive!].RunAsync(_ => drive!.Files.ReadDirectory(path, int.MaxValue)
                    .Where(entry => entry.Kind == DriveEntryKind.Directory).Select(entry => entry.Name).ToList()).ConfigureAwait(false);
            }
            catch (DriveFileException)
            {
                return [];
            }
        })).ConfigureAwait(false);
        return [.. lists.SelectMany(list => list).Distinct().Order(StringComparer.Ordinal)];
    }
}
