using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>A tree of any shape with objects of any kind, the same for the same seed.</summary>
internal sealed class RandomTree
{
    private RandomTree(DriveTree tree, IReadOnlyList<MadeVersion> made, int parity)
    {
        Tree = tree;
        Made = made;
        Parity = parity;
    }

    public DriveTree Tree { get; }

    public IReadOnlyList<string> Drives => Tree.Drives;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<MadeVersion> Made { get; }

    public int Parity { get; }

    public static RandomTree Make(string directory, int seed)
    {
        int parity = 1 + seed % 4, data = parity + seed % 3, sets = seed % 3 == 0 ? 2 : 1;
        DriveTree tree = DriveTree.Create(new() { Directory = directory, Data = data, Parity = parity, Drives = (data + parity) * sets, Seed = seed });
        List<MadeVersion> made = [.. GeneratedObjects.Write(tree, "bucket", 9, seed, null)];
        var random = new Random(seed);
        for (int i = 0; i < 4; i++)
        {
            // Block sizes and lengths that divide by nothing.
            var options = new PutOptions { BlockBytes = random.Next(5000, 100_000), PartBytes = i % 2 == 0 ? 0 : random.Next(50_000, 300_000), IsVersioned = i == 3 };
            made.Add(tree.Put(ObjectName.Create("bucket", $"odd/{i}"), new SeededStream(seed + i, random.Next(200_000, 1_700_000)), options));
        }

        made.Add(tree.Put(ObjectName.Create(".minio.sys", "buckets/bucket/.metadata.bin"), new SeededStream(seed, 600)));
        made.Add(tree.Put(ObjectName.Create("bucket", "odd"), new SeededStream(seed, 70_000)));
        // A key with a component like a data directory's name.
        made.Add(tree.Put(ObjectName.Create("bucket", "odd/01234567-89ab-4def-8123-456789abcdef/x"), new SeededStream(seed, 100)));
        return new(tree, made, parity);
    }

    /// <summary>The newest version of each object.</summary>
    public IEnumerable<MadeVersion> Newest() => Made.GroupBy(version => version.Name).Select(versions => versions.Last());

    /// <summary>The drives of the version's set.</summary>
    public string[] DrivesOf(MadeVersion version)
    {
        int size = Tree.Format.Sets[0].Count;
        return [.. Drives.Skip(version.Name.ChooseSet(Tree.Format) * size).Take(size)];
    }

    /// <summary>Damages half of the objects, each on up to so many drives that it can be repaired.</summary>
    public List<InjectedDamage> Damage(int seed, int most)
    {
        var random = new Random(seed * 7919);
        var damage = new DriveDamage(random);
        var done = new List<InjectedDamage>();
        foreach (IGrouping<ObjectName, MadeVersion> versions in Made.GroupBy(version => version.Name))
        {
            if (random.Next(2) == 0) continue;
            string[] drives = DrivesOf(versions.First());
            random.Shuffle(drives);
            MadeVersion[] all = [.. versions];
            int left = random.Next(1, most + 1);
            foreach (string drive in drives)
            {
                MadeVersion version = all[random.Next(all.Length)];
                IReadOnlyList<DriveDamageKind> kinds = DriveDamage.KindsFor(version);
                DriveDamageKind kind = kinds[random.Next(kinds.Count)];
                if (damage.Inject(kind, drive, version) is not { } injected) continue;
                done.Add(injected);
                if (--left == 0) break;
            }
        }

        return done;
    }
}
