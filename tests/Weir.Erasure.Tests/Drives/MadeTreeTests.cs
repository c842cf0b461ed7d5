using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Drives;

/// <summary>Any tree that is made reads back, with any losses that the code allows, and never gives wrong bytes with more.</summary>
public sealed class MadeTreeTests
{
    public static TheoryData<int> Seeds
    {
        get
        {
            int count = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 200 : 3;
            return [.. Enumerable.Range(1, count)];
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Every_version_of_any_tree_reads_back(int seed)
    {
        using var directory = new TemporaryDirectory();
        (DriveTree tree, List<MadeVersion> made) = Make(directory.Path, seed);
        foreach (MadeVersion version in made.Where(version => !version.IsDeleteMarker))
        {
            Assert.Equal(version.Md5, await Reading.Md5Async(tree.Drives, version.Name.ToString(), version.VersionId));
        }

        foreach (IGrouping<ObjectName, MadeVersion> versions in made.GroupBy(version => version.Name))
        {
            MadeVersion newest = versions.Last();
            if (newest.IsDeleteMarker) Assert.Contains("is deleted", (await Reading.FailAsync(tree.Drives, newest.Name.ToString())).Message);
            else Assert.Equal(newest.Md5, await Reading.Md5Async(tree.Drives, newest.Name.ToString()));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Whole_drives_may_be_lost_up_to_the_parity_of_each_set(int seed)
    {
        using var directory = new TemporaryDirectory();
        (DriveTree tree, List<MadeVersion> made) = Make(directory.Path, seed);
        var random = new Random(seed);
        int size = tree.Format.Sets[0].Count;
        string[] left = [.. tree.Drives.Chunk(size).SelectMany(set =>
        {
            string[] drives = [.. set];
            random.Shuffle(drives);
            return drives.Skip(Parity(seed));
        })];
        foreach (MadeVersion version in made.Where(version => !version.IsDeleteMarker))
        {
            Assert.Equal(version.Md5, await Reading.Md5Async(left, version.Name.ToString(), version.VersionId));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Damage_to_as_many_shards_as_there_is_parity_is_repaired_and_one_more_is_an_error(int seed)
    {
        using var directory = new TemporaryDirectory();
        (DriveTree tree, List<MadeVersion> made) = Make(directory.Path, seed);
        var random = new Random(seed);
        foreach (MadeVersion version in made.Where(version => !version.IsDeleteMarker && version.Size > 0 && !version.IsInline))
        {
            string name = version.Name.ToString();
            byte[] whole = (await Reading.ReadAsync(tree.Drives, name, version.VersionId)).Bytes;
            int set = version.Name.ChooseSet(tree.Format), size = tree.Format.Sets[0].Count;
            string[] drives = [.. tree.Drives.Skip(set * size).Take(size)];
            random.Shuffle(drives);
            int parity = Parity(seed);
            for (int lost = 0; lost < parity; lost++) Spoil(random, drives[lost], version.Name, versionDirectory: DataDirectory(drives[lost], version));
            Assert.Equal(version.Md5, await Reading.Md5Async(tree.Drives, name, version.VersionId));

            string last = drives[parity];
            foreach (string part in Directory.GetFiles(DataDirectory(last, version))) File.Delete(part);
            try
            {
                byte[] bytes = (await Reading.ReadAsync(tree.Drives, name, version.VersionId)).Bytes;
                // Damage in different blocks of different shards may leave every block enough.
                Assert.True(whole.AsSpan().SequenceEqual(bytes), $"seed {seed}, {name}: wrong bytes");
            }
            catch (ObjectUnavailableException error)
            {
                Assert.Contains(version.Name.Key, error.Message);
                (_, byte[] before) = await Reading.FailAsync(tree.Drives, name, version.VersionId);
                Assert.True(whole.AsSpan().StartsWith(before), $"seed {seed}, {name}: wrong bytes before the error");
            }
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task One_whole_shard_more_than_the_parity_lost_is_always_an_error(int seed)
    {
        using var directory = new TemporaryDirectory();
        (DriveTree tree, List<MadeVersion> made) = Make(directory.Path, seed);
        var random = new Random(seed);
        int size = tree.Format.Sets[0].Count;
        string[] left = [.. tree.Drives.Chunk(size).SelectMany(set =>
        {
            string[] drives = [.. set];
            random.Shuffle(drives);
            return drives.Skip(Parity(seed) + 1);
        })];
        foreach (MadeVersion version in made.Where(version => !version.IsDeleteMarker && version.Size > 0))
        {
            (string message, byte[] before) = await Reading.FailAsync(left, version.Name.ToString(), version.VersionId);
            Assert.Empty(before);
            Assert.Matches("needed|on none of the given drives|none of the given paths|no such version", message.ToLowerInvariant());
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Any_range_is_that_part_of_the_whole(int seed)
    {
        using var directory = new TemporaryDirectory();
        (DriveTree tree, List<MadeVersion> made) = Make(directory.Path, seed);
        var random = new Random(seed);
        foreach (MadeVersion version in made.Where(version => !version.IsDeleteMarker))
        {
            byte[] whole = (await Reading.ReadAsync(tree.Drives, version.Name.ToString(), version.VersionId)).Bytes;
            for (int i = 0; i < 8; i++)
            {
                long offset = random.NextInt64(version.Size + 1), length = random.NextInt64(version.Size - offset + 1);
                byte[] range = (await Reading.ReadAsync(tree.Drives, version.Name.ToString(), version.VersionId, offset, length)).Bytes;
                Assert.True(whole.AsSpan((int)offset, (int)length).SequenceEqual(range), $"seed {seed}, {version.Name}: {offset}+{length} of {version.Size}");
            }
        }
    }

    private static int Parity(int seed) => 1 + seed % 3;

    private static (DriveTree Tree, List<MadeVersion> Made) Make(string directory, int seed)
    {
        int parity = Parity(seed), data = parity + seed % 4, sets = 1 + seed % 2;
        DriveTree tree = DriveTree.Create(new() { Directory = directory, Data = data, Parity = parity, Drives = (data + parity) * sets, Seed = seed });
        List<MadeVersion> made = [.. GeneratedObjects.Write(tree, "bucket", 8, seed, null)];
        // Block sizes and lengths that divide by nothing.
        var random = new Random(seed);
        for (int i = 0; i < 4; i++)
        {
            var options = new PutOptions { BlockBytes = random.Next(5000, 100_000), PartBytes = i % 2 == 0 ? 0 : random.Next(50_000, 300_000), IsVersioned = i == 3 };
            made.Add(tree.Put(ObjectName.Create("bucket", $"odd/{i}"), new SeededStream(seed + i, random.Next(200_000, 700_000)), options));
        }

        return (tree, made);
    }

    private static string DataDirectory(string drive, MadeVersion version)
    {
        XlMeta meta = XlMeta.Parse(File.ReadAllBytes(Path.Combine(drive, version.Name.Path, XlMeta.FileName)));
        XlObject content = meta.Versions.Single(held => held.Header.VersionId == version.VersionId).ReadBody().Object!;
        return Path.Combine(drive, version.Name.Path, content.DataDirName);
    }

    /// <summary>One of the ways in which shards go bad, for all parts of a version on one drive.</summary>
    private static void Spoil(Random random, string drive, ObjectName name, string versionDirectory)
    {
        int way = random.Next(5);
        foreach (string part in Directory.GetFiles(versionDirectory))
        {
            using FileStream file = File.Open(part, FileMode.Open);
            switch (way)
            {
                case 0: // a flipped bit
                    file.Position = random.NextInt64(file.Length);
                    int value = file.ReadByte();
                    file.Position--;
                    file.WriteByte((byte)(value ^ 1 << random.Next(8)));
                    break;
                case 1: file.SetLength(random.NextInt64(file.Length)); break;
                case 2: file.SetLength(file.Length + 1); break;
                case 3: // a hole
                    file.Position = file.Length / 3;
                    file.Write(new byte[file.Length / 3 + 1]);
                    break;
                default:
                    file.Dispose();
                    File.Delete(part);
                    break;
            }
        }

        if (way == 4 && random.Next(2) == 0) File.Delete(Path.Combine(drive, name.Path, XlMeta.FileName));
    }
}
