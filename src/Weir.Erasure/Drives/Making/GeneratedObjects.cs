using System.Globalization;

namespace Weir.Erasure.Drives.Making;

/// <summary>Fills a drive tree with objects of every kind that the format knows, the same for the same seed.</summary>
public static class GeneratedObjects
{
    private const int Kinds = 7;

    /// <summary>Writes objects one after another; each gives the versions that it has, oldest first.</summary>
    /// <param name="tree">Where to.</param>
    /// <param name="bucket">Into which bucket.</param>
    /// <param name="count">How many objects; their kinds take turns.</param>
    /// <param name="seed">What their sizes and bytes follow from.</param>
    /// <param name="size">Bytes of every object, as one part each; null for all kinds and sizes.</param>
    public static IEnumerable<MadeVersion> Write(DriveTree tree, string bucket, int count, int seed, long? size)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"generated/{i:d5}");
            if (size is { } fixedSize)
            {
                yield return tree.Put(ObjectName.Create(bucket, key), new SeededStream(random.Next(), fixedSize));
                continue;
            }

            foreach (MadeVersion version in WriteKind(tree, bucket, key, i % Kinds, random)) yield return version;
        }
    }

    private static IEnumerable<MadeVersion> WriteKind(DriveTree tree, string bucket, string key, int kind, Random random)
    {
        ObjectName name = ObjectName.Create(bucket, kind == 6 ? key + "/" : key);
        switch (kind)
        {
            case 0: // inline
                yield return tree.Put(name, Bytes(random, 1, 60_000));
                break;
            case 1: // several blocks with a ragged end
                yield return tree.Put(name, Bytes(random, 2 << 20, 5 << 20));
                break;
            case 2: // parts
                yield return tree.Put(name, Bytes(random, 3 << 20, 6 << 20), new() { PartBytes = random.Next(1 << 20, 2 << 20) });
                break;
            case 3: // versions, one of them deleted in between
                yield return tree.Put(name, Bytes(random, 1, 10_000), new() { IsVersioned = true });
                yield return tree.Delete(name);
                yield return tree.Put(name, Bytes(random, 300_000, 1_500_000), new() { IsVersioned = true });
                break;
            case 4: // nothing
                yield return tree.Put(name, Stream.Null);
                break;
            case 5: // deleted
                yield return tree.Put(name, Bytes(random, 1, 200_000), new() { IsVersioned = true });
                yield return tree.Delete(name);
                break;
            default: // a directory
                yield return tree.Put(name, Stream.Null);
                break;
        }
    }

    private static SeededStream Bytes(Random random, int from, int to) => new(random.Next(), random.Next(from, to));
}
