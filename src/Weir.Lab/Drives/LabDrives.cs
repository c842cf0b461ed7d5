using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

namespace Weir.Lab.Drives;

/// <summary>A deployment of the laboratory: drives with objects of every kind, and what they were like before anything happened to them.</summary>
public sealed class LabDrives
{
    private static readonly ExamineOptions Deep = new() { Mode = VerifyMode.Deep };

    private readonly DriveTree _tree;
    private readonly string _journals;
    private readonly IReadOnlyDictionary<string, byte[]> _whole;

    private LabDrives(DriveTree tree, string directory, IReadOnlyList<MadeVersion> versions)
    {
        _tree = tree;
        Directory = directory;
        _journals = Path.Combine(directory, "journals");
        Versions = versions;
        _whole = ReadAll();
    }

    /// <summary>Where the drives disk1, disk2, … are.</summary>
    public string Directory { get; }

    /// <summary>Their roots, set after set.</summary>
    public IReadOnlyList<string> Roots => _tree.Drives;

    public int SetSize => _tree.Format.Sets[0].Count;

    /// <summary>Every version, oldest first.</summary>
    public IReadOnlyList<MadeVersion> Versions { get; }

    /// <summary>Bytes of all files as they were.</summary>
    public long Bytes => _whole.Values.Sum(file => (long)file.Length);

    /// <summary>Makes drives, and objects on them.</summary>
    /// <param name="options">The drives.</param>
    /// <param name="put">Puts the objects there.</param>
    public static LabDrives Make(DriveTreeOptions options, Func<DriveTree, IEnumerable<MadeVersion>> put)
    {
        DriveTree tree = DriveTree.Create(options);
        return new(tree, Path.GetFullPath(options.Directory), [.. put(tree)]);
    }

    /// <summary>The drives of a version's set.</summary>
    public string[] DrivesOf(MadeVersion version) => [.. Roots.Skip(version.Name.ChooseSet(_tree.Format) * SetSize).Take(SetSize)];

    /// <summary>Looks at every byte, from the drives and not from memory.</summary>
    /// <param name="roots">The drives that are there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<ObjectVerdict>> VerifyAsync(IEnumerable<string> roots, CancellationToken cancellationToken)
    {
        DriveTopology topology = DriveTopology.Discover(roots);
        using var queues = new DriveQueues(new());
        var objects = new List<ObjectVerdict>();
        await foreach (ObjectVerdict verdict in new DeploymentVerifier(topology, queues).VerifyAsync(new() { Examine = Deep }, new Dictionary<(int, int), string?>(), cancellationToken).ConfigureAwait(false))
        {
            objects.Add(verdict);
        }

        return objects;
    }

    /// <summary>Repairs what can be repaired, as <c>weir drives heal --mode deep</c> does.</summary>
    /// <param name="replaced">An empty drive in place of a lost one; null where there is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<LabRepair> HealAsync(string? replaced, CancellationToken cancellationToken)
    {
        if (replaced is not null) DriveFormatter.Format(Replacement.Find(DriveTopology.Discover(Roots, LocalDriveStore.Instance), replaced, null));
        DriveTopology topology = DriveTopology.Discover(Roots, LocalDriveStore.Instance);
        var repair = new LabRepair();
        using var drives = new HealDrives(new(), "lab");
        drives.Take(topology.Drives);
        using HealJournal journal = HealJournal.Create(_journals, _tree.Format.DeploymentId, Roots, TimeProvider.System);
        using var healer = new DeploymentHealer(topology, drives, new(), Deep, journal, repair);
        await healer.PlanAsync(cancellationToken).ConfigureAwait(false);
        await healer.RepairBucketsAsync().ConfigureAwait(false);
        await healer.RunAsync(cancellationToken).ConfigureAwait(false);
        return repair;
    }

    /// <summary>Every file, by its path with the drive's name first.</summary>
    public IReadOnlyDictionary<string, byte[]> ReadAll() => Roots
        .SelectMany(root => TreeFiles.Read(root).Select(file => KeyValuePair.Create($"{Path.GetFileName(root)}/{file.Key}", file.Value))).ToDictionary(StringComparer.Ordinal);

    /// <summary>What is not as it was before anything happened.</summary>
    public IReadOnlyList<string> Differences() => TreeComparison.Differences(_whole, ReadAll());
}
