using System.Text;
using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Verifying;
using Weir.Health.Issues;
using Weir.Health.Scanning.Jobs;
using Weir.Health.Scanning.Walks;

namespace Weir.Health.Scanning.Choosing;

/// <summary>
/// Says of each object of a unit how a scan looks at it, by its strategy and what the catalogue knows. Chance is drawn from the scan's id
/// and the object's name, so that a scan that goes on after a restart chooses alike.
/// </summary>
internal sealed class ObjectChooser(ScanJob job, ScanUnit unit, CatalogueReader catalogue, IssueBook issues, double deepProbability, bool hasDriveErrors, DateTimeOffset now)
{
    /// <summary>Objects that were not looked at for so long are favoured.</summary>
    private const long LongAgoSeconds = 30 * 24 * 3600;

    private const double NeverWeight = 4, LongAgoWeight = 2, DriveErrorWeight = 2;

    private readonly long _since = job.Request.Since is { } since ? (since - DateTimeOffset.UnixEpoch).Ticks * 100 : 0;

    /// <summary>How directories are walked: who looks at few objects need not read the metadata of all.</summary>
    public static VerifyMode WalkMode(ScanJob job) => job.Request.Strategy is ScanStrategy.Incremental or ScanStrategy.Smart ? VerifyMode.Quick : job.Mode;

    public ObjectChoice Choose(WalkedObject walked)
    {
        CatalogueEntry? known = catalogue.Find(walked.Path);
        bool isNew = catalogue.Exists && known is null;
        long scannedAt = known?.ScannedAt ?? 0;
        switch (job.Request.Strategy)
        {
            case ScanStrategy.Incremental:
                bool isSame = walked.Stamp != 0 && (_since != 0 ? walked.ChangedNs < _since : known is { } entry && entry.Stamp == walked.Stamp && entry.ScannedAt > 0);
                return new(isSame ? ObjectLook.Skip : Look, new ObjectMark(scannedAt, isNew, 0).ToNumber());
            case ScanStrategy.Smart:
                double probability = Probability(walked.Path, scannedAt);
                var mark = new ObjectMark(scannedAt, isNew, probability);
                bool isDrawn = Draw(walked.Path, "sample") < mark.Rounded;
                return new(isDrawn ? Look : ObjectLook.Skip, (mark with { IsDrawn = isDrawn }).ToNumber());
            default:
                bool isDeep = deepProbability > 0 && job.Mode < VerifyMode.Deep && Draw(walked.Path, "deep") < deepProbability;
                return new(isDeep ? ObjectLook.Deep : ObjectLook.AsWalked, new ObjectMark(scannedAt, isNew, 0).ToNumber());
        }
    }

    private ObjectLook Look => job.Mode switch
    {
        VerifyMode.Deep => ObjectLook.Deep,
        VerifyMode.Normal => ObjectLook.Normal,
        _ => ObjectLook.AsWalked,
    };

    private double Probability(string path, long scannedAt)
    {
        double rate = job.Request.SampleRate!.Value;
        // What may lose nothing more is looked at every time.
        if (issues.IsEndangered(unit.Pool.Number, unit.Set, path)) return 1;
        if (hasDriveErrors) rate *= DriveErrorWeight;
        // Without a catalogue nothing is known to be less scanned than anything else.
        if (job.Request.FavorsUnscanned && catalogue.Exists) rate *= scannedAt == 0 ? NeverWeight : now.ToUnixTimeSeconds() - scannedAt > LongAgoSeconds ? LongAgoWeight : 1;
        return Math.Min(1, rate);
    }

    private double Draw(string path, string what) => (XxHash64.Hash(Encoding.UTF8.GetBytes($"{job.Id}\n{what}\n{path}")) >> 11) / (double)(1UL << 53);
}
