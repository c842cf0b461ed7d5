using System.Globalization;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.Lab.Scenarios;

/// <summary>Something to look at: a set of drives of which an object is damaged every few seconds, on as many drives as its parity allows, found and repaired.</summary>
public sealed class DriveStage
{
    private const string Bucket = "lab";
    private const int Data = 4, Parity = 2, GeneratedCount = 14;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly LabDrives _drives;
    private readonly Random _random;
    private readonly TimeProvider _clock;
    private volatile string? _status;
    private int _done, _repaired;

    /// <param name="directory">Where the drives are made: empty, or not there yet.</param>
    /// <param name="seed">What happens.</param>
    /// <param name="clock">The clock it goes by.</param>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public DriveStage(string directory, int seed, TimeProvider clock)
    {
        _random = new(seed);
        _clock = clock;
        _drives = LabDrives.Make(new() { Directory = directory, Data = Data, Parity = Parity, Seed = seed, Time = clock }, tree => GeneratedObjects.Write(tree, Bucket, GeneratedCount, seed, null));
    }

    /// <summary>How the drives are, in a line; null before anything happens to them. From any thread.</summary>
    public string? Status => _status;

    /// <summary>Goes on until it is cancelled.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    /// <exception cref="InvalidOperationException">A damage was not found, or not repaired.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            List<InjectedDamage> damages = Damage();
            string what = $"{damages[0].Name}: {string.Join(", ", damages.Select(damage => $"{DriveDamage.Name(damage.Kind)} on {Path.GetFileName(damage.Drive)}"))}";
            Say(what);
            await Task.Delay(Pause, _clock, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<ObjectVerdict> objects = await LabDrives.VerifyAsync(_drives.Roots, cancellationToken).ConfigureAwait(false);
            VersionVerdict[] found = [.. objects.SelectMany(verdict => verdict.Versions).Where(version => version.Verdict != Verdict.Healthy)];
            HashSet<string?> named = [.. found.SelectMany(version => version.Findings).Select(finding => finding.Drive)];
            if (found.Any(version => version.Name != damages[0].Name) || !named.SetEquals(damages.Select(damage => damage.Drive))) throw new InvalidOperationException($"Verifying found {string.Join(", ", found.Select(version => version.Name))} after {what}.");
            what = $"{what}; {found[0].Verdict.Name()}";
            Say(what);
            await Task.Delay(Pause, _clock, cancellationToken).ConfigureAwait(false);
            LabRepair repair = await _drives.HealAsync(null, cancellationToken).ConfigureAwait(false);
            if (repair.Failures.Concat(_drives.Differences()).FirstOrDefault() is { } left) throw new InvalidOperationException($"The repair left {left} after {what}.");
            _repaired += damages.Count;
            Say($"{what}; repaired");
            await Task.Delay(Pause, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private List<InjectedDamage> Damage()
    {
        var damage = new DriveDamage(_random);
        var done = new List<InjectedDamage>();
        while (done.Count == 0)
        {
            ObjectName name = _drives.Versions[_random.Next(_drives.Versions.Count)].Name;
            MadeVersion[] versions = [.. _drives.Versions.Where(version => version.Name == name)];
            string[] roots = _drives.DrivesOf(versions[0]);
            _random.Shuffle(roots);
            foreach (string root in roots.Take(_random.Next(1, Parity + 1)))
            {
                MadeVersion version = versions[_random.Next(versions.Length)];
                IReadOnlyList<DriveDamageKind> kinds = DriveDamage.KindsFor(version);
                if (damage.Inject(kinds[_random.Next(kinds.Count)], root, version) is { } injected) done.Add(injected);
            }
        }

        _done += done.Count;
        return done;
    }

    private void Say(string what) => _status = string.Create(CultureInfo.InvariantCulture, $"Drives: {_drives.Roots.Count}, {_done} damages, {_repaired} repaired; {what}");
}
