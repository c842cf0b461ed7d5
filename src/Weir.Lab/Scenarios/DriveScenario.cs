using System.Diagnostics;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.Lab.Scenarios;

/// <summary>
/// Real drives, as directories, with objects of every kind: shards and metadata are damaged in every way up to what the code allows, and one object
/// beyond it; then a drive is lost, and where the machine allows it one fails with EIO. Each time everything is verified, which must name all of
/// it at its place and nothing else, and healed, which must leave every file as it was.
/// </summary>
public sealed class DriveScenario
{
    internal const string FailingDrive = "drive that fails (EIO)";

    private const string Bucket = "lab", BeyondRepair = "beyond repair", LostDrive = "lost drive";
    private const int Data = 4, Parity = 2, Sets = 2, GeneratedCount = 28;
    private const int MaxFailures = 20;
    private const long DeviceBytes = 64 << 20;
    private const string FileSystem = "ext4";

    private readonly int _seed;
    private readonly Random _random;
    private readonly LabDrives _drives;
    private readonly List<DriveTrouble> _troubles = [];
    private readonly List<string> _failures = [];
    private readonly ObjectName _beyond = ObjectName.Create(Bucket, "beyond"), _exchanged = ObjectName.Create(Bucket, "exchanged");
    private readonly string _image;
    private string? _withoutFailingDrive;

    /// <param name="directory">Where the drives are made: empty, or not there yet.</param>
    /// <param name="seed">What happens.</param>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public DriveScenario(string directory, int seed)
    {
        _seed = seed;
        _random = new(seed);
        _image = Path.Combine(directory, "failing.image");
        _drives = LabDrives.Make(new() { Directory = directory, Data = Data, Parity = Parity, Drives = Sets * (Data + Parity), Seed = seed }, tree =>
        [
            .. GeneratedObjects.Write(tree, Bucket, GeneratedCount, seed, null),
            tree.Put(_exchanged, new SeededStream(seed, 900_000)),
            tree.Put(_beyond, new SeededStream(seed + 1, 900_000)),
            tree.Put(ObjectName.Create(".minio.sys", $"buckets/{Bucket}/.metadata.bin"), new SeededStream(seed, 600)),
        ]);
    }

    /// <exception cref="IOException">The directory cannot be used.</exception>
    public async Task<DriveReport> RunAsync(CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        await DamageObjectsAsync(cancellationToken).ConfigureAwait(false);
        await LoseDriveAsync(_drives.Roots[_random.Next(_drives.SetSize)], cancellationToken).ConfigureAwait(false);
        _withoutFailingDrive = LoopFileSystem.WhyNot(FileSystem);
        if (_withoutFailingDrive is null) await FailDriveAsync(_drives.Roots[_drives.SetSize + _random.Next(_drives.SetSize)], cancellationToken).ConfigureAwait(false);
        return new()
        {
            Duration = Stopwatch.GetElapsedTime(started),
            Drives = _drives.Roots.Count,
            Sets = Sets,
            Data = Data,
            Parity = Parity,
            Objects = _drives.Versions.Select(version => version.Name).Distinct().Count(),
            Versions = _drives.Versions.Count,
            Bytes = _drives.Bytes,
            Troubles = _troubles,
            WithoutFailingDrive = _withoutFailingDrive,
            Failures = [.. _failures.Take(MaxFailures).Select(failure => $"seed {_seed}: {failure}")],
        };
    }

    /// <summary>Each object on up to as many drives as there is parity, every kind in its turn; and one object on one drive more.</summary>
    private async Task DamageObjectsAsync(CancellationToken cancellationToken)
    {
        List<InjectedDamage> damages = Damage();
        MadeVersion beyond = _drives.Versions.Single(version => version.Name == _beyond);
        var damage = new DriveDamage(_random);
        foreach (string root in _drives.DrivesOf(beyond).Take(Parity + 1)) damage.Inject(DriveDamageKind.MissingDataDirectory, root, beyond);
        IReadOnlyDictionary<string, byte[]> damaged = _drives.ReadAll();

        IReadOnlyList<ObjectVerdict> objects = await LabDrives.VerifyAsync(_drives.Roots, cancellationToken).ConfigureAwait(false);
        ILookup<ObjectName, VersionVerdict> found = objects.SelectMany(verdict => verdict.Versions).ToLookup(version => version.Name);
        HashSet<InjectedDamage> missed = [.. CheckFindings(damages, found)];
        bool isNamed = found[_beyond].Any() && found[_beyond].All(version => version.IsLost);
        if (!isNamed) _failures.Add($"{_beyond} has lost more than its parity, and is not named as lost");

        LabRepair repair = await _drives.HealAsync(null, cancellationToken).ConfigureAwait(false);
        _failures.AddRange(repair.Failures);
        IReadOnlyDictionary<string, byte[]> healed = _drives.ReadAll();
        string[] touched = [.. TreeComparison.Differences(damaged, healed).Where(IsBeyond)];
        foreach (string difference in touched) _failures.Add($"{difference}, of an object that cannot be repaired");
        string[] left = Differences();
        foreach (IGrouping<DriveDamageKind, InjectedDamage> kind in damages.GroupBy(one => one.Kind).OrderBy(kind => kind.Key))
        {
            _troubles.Add(new(DriveDamage.Name(kind.Key), kind.Count(), kind.Count(one => !missed.Contains(one)), kind.Count(one => !left.Any(difference => difference.StartsWith($"{Path.GetFileName(one.Drive)}/{one.Name.Path}/", StringComparison.Ordinal)))));
        }

        _troubles.Add(new(BeyondRepair, 1, isNamed ? 1 : 0, 0));
        _failures.AddRange(left);
    }

    private List<InjectedDamage> Damage()
    {
        var done = new List<InjectedDamage>();
        var damage = new DriveDamage(_random);
        MadeVersion exchanged = _drives.Versions.Single(version => version.Name == _exchanged);
        string[] two = _drives.DrivesOf(exchanged);
        _random.Shuffle(two);
        done.AddRange(DriveDamage.ExchangeShards(two[0], two[1], exchanged, 1));
        var counts = new Dictionary<DriveDamageKind, int>();
        foreach (IGrouping<ObjectName, MadeVersion> versions in _drives.Versions.Where(version => version.Name != _beyond && version.Name != _exchanged).GroupBy(version => version.Name))
        {
            string[] roots = _drives.DrivesOf(versions.First());
            _random.Shuffle(roots);
            int most = _random.Next(4) == 0 ? 0 : _random.Next(1, Parity + 1);
            foreach (string root in roots.Take(most))
            {
                MadeVersion version = versions.ElementAt(_random.Next(versions.Count()));
                // What has been done least, so that everything is done.
                DriveDamageKind kind = DriveDamage.KindsFor(version).MinBy(kind => counts.GetValueOrDefault(kind));
                if (damage.Inject(kind, root, version) is not { } injected) continue;
                done.Add(injected);
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
            }
        }

        return done;
    }

    /// <summary>Every damage must be found at its drive, and nothing elsewhere; gives those that were not found.</summary>
    private IEnumerable<InjectedDamage> CheckFindings(List<InjectedDamage> damages, ILookup<ObjectName, VersionVerdict> found)
    {
        foreach (MadeVersion version in _drives.Versions.Where(version => version.Name != _beyond))
        {
            InjectedDamage[] own = [.. damages.Where(damage => damage.Name == version.Name && (damage.VersionId is null || damage.VersionId == version.VersionId))];
            VersionVerdict? verdict = found[version.Name].FirstOrDefault(verdict => verdict.VersionId == version.VersionId);
            HashSet<string?> named = [.. verdict?.Findings.Select(finding => finding.Drive) ?? []];
            foreach (InjectedDamage damage in own.Where(damage => !named.Contains(damage.Drive)))
            {
                _failures.Add($"{DriveDamage.Name(damage.Kind)} of {version.Name} on {damage.Drive} was not found");
                yield return damage;
            }

            foreach (string? drive in named.Except(own.Select(damage => damage.Drive))) _failures.Add($"{version.Name} is whole on {drive}, and something was found");
            if (verdict is null) _failures.Add($"{version.Name} {version.VersionIdText} was not looked at");
            else if (verdict.Verdict == Verdict.Healthy != (own.Length == 0)) _failures.Add($"{version.Name} {version.VersionIdText} is called {verdict.Verdict.Name()}");
        }
    }

    /// <summary>A drive is away: nothing may be called lost for it. Then an empty one takes its place.</summary>
    private async Task LoseDriveAsync(string root, CancellationToken cancellationToken)
    {
        Directory.Delete(root, recursive: true);
        Directory.CreateDirectory(root);
        IReadOnlyList<ObjectVerdict> objects = await LabDrives.VerifyAsync(_drives.Roots, cancellationToken).ConfigureAwait(false);
        VersionVerdict[] wrong = [.. objects.Where(verdict => verdict.Name != _beyond).SelectMany(verdict => verdict.Versions
            .Where(version => version.Verdict != (verdict.Set == 0 ? Verdict.Unknown : Verdict.Healthy)))];
        foreach (VersionVerdict version in wrong) _failures.Add($"with {root} away {version.Name} {version.VersionIdText} is called {version.Verdict.Name()}");
        await RebuildAsync(LostDrive, root, wrong.Length == 0, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A file system whose device ends too early: what lies behind its end is EIO.</summary>
    private async Task FailDriveAsync(string root, CancellationToken cancellationToken)
    {
        bool isFound = false;
        string aside = $"{root}.whole";
        Directory.Move(root, aside);
        using (LoopFileSystem? failing = TryMount(root, aside))
        {
            if (failing is null) return;
            // Where the file system put what, it alone knows.
            for (long bytes = DeviceBytes / 2; bytes >= 1 << 20 && !isFound; bytes /= 2)
            {
                failing.CutShort(bytes);
                isFound = CheckFailing(root, await LabDrives.VerifyAsync(_drives.Roots, cancellationToken).ConfigureAwait(false));
            }
        }

        File.Delete(_image);
        if (!isFound) _failures.Add($"{root} fails, and nothing of it was found");
        Directory.Delete(aside, recursive: true);
        await RebuildAsync(FailingDrive, root, isFound, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The drive on a device of its own; null, with everything as it was, where the machine does not allow it.</summary>
    private LoopFileSystem? TryMount(string root, string aside)
    {
        LoopFileSystem? failing = null;
        try
        {
            failing = LoopFileSystem.Create(_image, root, FileSystem, DeviceBytes);
            LoopFileSystem.Run("cp", "--archive", $"{aside}/.", root);
            return failing;
        }
        catch (IOException error)
        {
            _withoutFailingDrive = error.Message.TrimEnd();
            failing?.Dispose();
            File.Delete(_image);
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
            Directory.Move(aside, root);
            return null;
        }
    }

    /// <summary>Whether anything was found on the drive; what is found elsewhere is a failure.</summary>
    private bool CheckFailing(string root, IReadOnlyList<ObjectVerdict> objects)
    {
        Finding[] findings = [.. objects.Where(verdict => verdict.Name != _beyond).SelectMany(verdict => verdict.Versions).SelectMany(version => version.Findings)];
        foreach (Finding finding in findings.Where(finding => finding.Drive != root)) _failures.Add($"{root} fails, and {finding.Kind.Name()} is said of {finding.Drive}: {finding.Detail}");
        return findings.Any(finding => finding.Drive == root);
    }

    private async Task RebuildAsync(string what, string root, bool isFound, CancellationToken cancellationToken)
    {
        LabRepair repair = await _drives.HealAsync(root, cancellationToken).ConfigureAwait(false);
        _failures.AddRange(repair.Failures);
        string[] left = Differences();
        _failures.AddRange(left);
        _troubles.Add(new(what, 1, isFound ? 1 : 0, left.Length == 0 ? 1 : 0));
    }

    /// <summary>But for the object that cannot be repaired.</summary>
    private string[] Differences() => [.. _drives.Differences().Where(difference => !IsBeyond(difference))];

    private bool IsBeyond(string difference) => difference.Contains($"/{_beyond.Path}/", StringComparison.Ordinal);
}
