using System.Globalization;
using Weir.Hsm.Live;
using Weir.Lab.Mdt;

namespace Weir.Lab.Scenarios;

/// <summary>Holds the live actions that a feed tells of against what the simulated MDTs know.</summary>
public static class TruthComparison
{
    /// <summary>Every difference, each as a sentence; at most <paramref name="max"/>.</summary>
    public static IReadOnlyList<string> Differences(MdtCluster cluster, LiveActions live, int max = 20)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(live);
        var differences = new List<string>();
        foreach (SimulatedMdt mdt in cluster.Mdts)
        {
            Compare(mdt, live.Find(mdt.Name), differences, max);
            if (differences.Count >= max) return differences;
        }

        foreach (MdtActions told in live.Mdts)
        {
            if (told.Count > 0 && cluster.Mdts.All(mdt => mdt.Name != told.Name.Text)) differences.Add($"{told.Name}: there is no such MDT");
        }

        return differences;
    }

    private static void Compare(SimulatedMdt mdt, MdtActions? told, List<string> differences, int max)
    {
        var truth = new Dictionary<(ulong, bool), TrueAction>();
        foreach (TrueAction action in mdt.Actions) truth.Add((action.Cookie, action.IsCancel), action);
        if (told is not null)
        {
            foreach (LiveAction action in told)
            {
                if (differences.Count >= max) return;
                (ulong, bool) key = (action.Cookie ?? 0, action.Action == Lustre.HsmAction.Cancel);
                if (!truth.Remove(key, out TrueAction known)) differences.Add($"{mdt.Name}: {Describe(action)} is told to be live and is not");
                else if (Describe(known) != Describe(action)) differences.Add($"{mdt.Name}: {Describe(known)} is told as {Describe(action)}");
            }
        }

        foreach (TrueAction missing in truth.Values)
        {
            if (differences.Count >= max) return;
            differences.Add($"{mdt.Name}: {Describe(missing)} is live and nothing tells of it");
        }
    }

    private static string Describe(TrueAction action) => string.Create(
        CultureInfo.InvariantCulture,
        $"{action.Action} {action.Fid} {action.Status} of archive {action.ArchiveId}, cookie 0x{action.Cookie:x}, at {action.CatalogIndex}/{action.RecordIndex}");

    private static string Describe(LiveAction action) => string.Create(
        CultureInfo.InvariantCulture,
        $"{action.Action} {action.Fid} {action.Status} of archive {action.ArchiveId}, cookie 0x{action.Cookie:x}, at {action.Index?.Catalog}/{action.Index?.Record}");
}
