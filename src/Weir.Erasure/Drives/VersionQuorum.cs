using System.Text;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>
/// Which versions of an object count, by how many positions of its set hold the same record. The counts follow MinIO: an object takes
/// as many as it has data shards, a delete marker and an empty object half of the set.
/// </summary>
public static class VersionQuorum
{
    /// <summary>All versions that any position holds, newest first; free versions are none.</summary>
    public static List<VersionCandidate> Weigh(IReadOnlyList<DriveMetadata> answers)
    {
        int unknown = answers.Count(answer => answer.State is MetadataState.Unknown or MetadataState.Damaged);
        var candidates = new List<VersionCandidate>();
        foreach (IGrouping<string, (int Position, XlBody Body)> alike in answers.SelectMany(Bodies).GroupBy(held => Fingerprint(held.Body)))
        {
            // One body a position: a file that repeats a version counts once.
            Dictionary<int, XlBody> holders = [];
            foreach ((int position, XlBody body) in alike) holders.TryAdd(position, body);
            XlBody first = alike.First().Body;
            candidates.Add(new(first, holders, Quorum(first, answers.Count), unknown, answers.Count));
        }

        // Among records of one time the one with most holders comes first.
        candidates.Sort((left, right) =>
        {
            int order = right.Body.ModTime.CompareTo(left.Body.ModTime);
            return order != 0 ? order : right.Holders.Count.CompareTo(left.Holders.Count);
        });
        return candidates;
    }

    /// <summary>How many positions must hold a record for it to count.</summary>
    internal static int Quorum(XlBody body, int total) =>
        body.Object is { Size: > 0 } content ? content.Data : total - total / 2;

    private static IEnumerable<(int Position, XlBody Body)> Bodies(DriveMetadata answer)
    {
        foreach (XlVersion version in answer.Versions)
        {
            if ((version.Header.Flags & XlVersionFlags.FreeVersion) != 0) continue;
            if (TryRead(version) is { } body && body.Object?.Problem() is null) yield return (answer.Position, body);
        }
    }

    private static XlBody? TryRead(XlVersion version)
    {
        try
        {
            return DriveMetadata.ReadBody(version);
        }
        catch (ErasureFormatException)
        {
            // A damaged record is a missing holder here; whoever prints the file is told why.
            return null;
        }
    }

    /// <summary>
    /// What must be alike on all drives. The data directory is left out, as MinIO leaves it out; so are signatures, which differ between
    /// the products.
    /// </summary>
    internal static string Fingerprint(XlBody body)
    {
        var text = new StringBuilder();
        text.Append(body.VersionId).Append('/').Append(body.ModTime).Append('/').Append((byte)body.Type);
        if (body.Object is not { } content) return text.ToString();
        text.Append('/').Append((byte)content.Dialect).Append('/').Append(content.Data).Append('+').Append(content.Parity).Append('/').Append(content.BlockSize);
        text.Append('/').AppendJoin(',', content.Distribution).Append('/').Append(content.Size).Append('/').Append(content.IsRemote);
        foreach (XlPart part in content.Parts) text.Append('/').Append(part.Number).Append(':').Append(part.Size);
        return text.ToString();
    }
}
