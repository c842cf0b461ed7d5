using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>Verifies whole trees.</summary>
internal static class Verification
{
    public static async Task<List<ObjectVerdict>> RunAsync(IEnumerable<string> drives, VerifyOptions options)
    {
        DriveTopology topology = DriveTopology.Discover(drives);
        using var queues = new DriveQueues(new());
        using var examiner = new ObjectExaminer(queues);
        var verifier = new SetVerifier(queues, examiner);
        var objects = new List<ObjectVerdict>();
        foreach (DrivePool pool in topology.Pools)
        {
            for (int set = 0; set < pool.SetCount; set++)
            {
                await foreach (ObjectVerdict verdict in verifier.VerifyAsync(pool, set, options, TestContext.Current.CancellationToken)) objects.Add(verdict);
            }
        }

        return objects;
    }

    public static Task<List<ObjectVerdict>> RunAsync(IEnumerable<string> drives, VerifyMode mode = VerifyMode.Normal) =>
        RunAsync(drives, new VerifyOptions { Examine = new() { Mode = mode, TrustsCache = true } });

    public static string Describe(IEnumerable<ObjectVerdict> objects) => string.Join('\n', objects.SelectMany(verdict => verdict.Versions).Select(version =>
        $"{version.Name} {version.VersionIdText ?? "-"} {version.Verdict.Name()} {version.Data}+{version.Parity} good {version.Good} margin {version.Margin}: {string.Join("; ", version.Findings.Select(finding => $"{finding.Position} {finding.Shard} {finding.Kind.Name()} {finding.Part} {finding.Detail}"))}"));
}
