using System.Security.Cryptography;
using System.Text;
using Weir.Erasure.Coding;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Drives;

/// <summary>Objects of conventions that are no longer written: whole-file hashes, and early RustFS.</summary>
public sealed class OldObjectTests : IDisposable
{
    private const int Data = 2, Parity = 2;
    private readonly TemporaryDirectory _directory = new();
    private readonly DriveTree _tree;

    public OldObjectTests() => _tree = DriveTree.Create(new() { Directory = _directory.Path, Data = Data, Parity = Parity });

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("sha256")]
    [InlineData("blake2b")]
    [InlineData("highwayhash256")]
    public async Task Objects_with_one_hash_for_each_file_are_read_and_rebuilt(string algorithm)
    {
        byte[] content = Bytes(100_001);
        byte[][] shards = Encode(content, blockSize: 30_000, even: false, key: null);
        for (int i = 0; i < shards.Length; i++) WriteVersion1(i, content, shards[i], algorithm);
        Assert.Equal(content, (await Reading.ReadAsync(_tree.Drives, "b/old")).Bytes);

        byte[] damaged = [.. shards[0]];
        damaged[77] ^= 1;
        File.WriteAllBytes(Path.Combine(_tree.Drives[0], "b/old/part.1"), damaged);
        Directory.Delete(Path.Combine(_tree.Drives[2], "b"), recursive: true);
        (byte[] bytes, _, RebuildLedger ledger) = await Reading.ReadAsync(_tree.Drives, "b/old");
        Assert.Equal(content, bytes);
        Assert.Contains(ledger.Shards, shard => shard.Reason.Contains("hash of its metadata", StringComparison.Ordinal));
        File.WriteAllBytes(Path.Combine(_tree.Drives[1], "b/old/part.1"), damaged);
        Assert.Empty((await Reading.FailAsync(_tree.Drives, "b/old")).Before);
    }

    [Fact]
    public async Task Shards_of_early_RustFS_are_recognised_under_rewritten_metadata_and_read_while_the_data_shards_stand()
    {
        // An odd piece, so that the even rounding shows.
        byte[] content = Bytes(1414);
        byte[][] shards = Encode(content, blockSize: 1 << 20, even: true, key: HighwayKey.RustFsLegacyShards);
        Guid dataDir = Guid.NewGuid();
        for (int i = 0; i < shards.Length; i++)
        {
            var record = new XlObject
            {
                DataDir = dataDir,
                Data = Data,
                Parity = Parity,
                BlockSize = 1 << 20,
                Index = i + 1,
                Distribution = [1, 2, 3, 4],
                Parts = [new(1, content.Length, content.Length, "")],
                Size = content.Length,
                ModTime = 1_700_000_000_000_000_000,
            };
            string directory = Path.Combine(_tree.Drives[i], "b/early", dataDir.ToString("D"));
            Directory.CreateDirectory(directory);
            File.WriteAllBytes(Path.Combine(directory, "part.1"), shards[i]);
            File.WriteAllBytes(Path.Combine(_tree.Drives[i], "b/early/xl.meta"), new XlMetaBuilder().Add(XlBodyWriter.WriteObject(record, 1)).ToArray());
        }

        Assert.Equal(content, (await Reading.ReadAsync(_tree.Drives, "b/early")).Bytes);
        File.Delete(Path.Combine(_tree.Drives[0], "b/early", dataDir.ToString("D"), "part.1"));
        (string message, byte[] before) = await Reading.FailAsync(_tree.Drives, "b/early");
        Assert.Contains("another code", message);
        Assert.Empty(before);
    }

    [Fact]
    public async Task A_drive_that_claims_anothers_shard_is_not_believed()
    {
        ObjectName name = ObjectName.Parse("b/k");
        MadeVersion made = _tree.Put(name, new SeededStream(3, 900_000));
        string one = Path.Combine(_tree.Drives[0], "b/k/xl.meta"), other = Path.Combine(_tree.Drives[1], "b/k/xl.meta");
        byte[] kept = File.ReadAllBytes(one);
        File.WriteAllBytes(one, File.ReadAllBytes(other));
        File.WriteAllBytes(other, kept);
        (byte[] bytes, _, _) = await Reading.ReadAsync(_tree.Drives, "b/k");
        Assert.Equal(made.Md5, ETagHash.Compute(bytes));
    }

    [Fact]
    public async Task A_newer_version_that_all_answering_drives_hold_is_never_passed_over_for_an_older_one()
    {
        ObjectName name = ObjectName.Parse("b/k");
        _tree.Put(name, new MemoryStream([1]), new() { IsVersioned = true, Parity = 2 });
        _tree.Put(name, new SeededStream(4, 2_000_000), new() { IsVersioned = true, Parity = 0 });
        // One drive less: the older one can be read, the newer one, which has no parity, cannot.
        (string message, byte[] before) = await Reading.FailAsync(_tree.Drives.Skip(1), "b/k");
        Assert.Contains("may be the newest", message);
        Assert.Empty(before);
    }

    [Fact]
    public async Task A_version_that_one_drive_alone_holds_is_passed_over_and_said()
    {
        ObjectName name = ObjectName.Parse("b/k");
        MadeVersion old = _tree.Put(name, new SeededStream(5, 700_000), new() { IsVersioned = true });
        byte[][] before = [.. _tree.Drives.Select(drive => File.ReadAllBytes(Path.Combine(drive, "b/k/xl.meta")))];
        MadeVersion newer = _tree.Put(name, new SeededStream(6, 700_000), new() { IsVersioned = true });
        for (int i = 1; i < 4; i++) File.WriteAllBytes(Path.Combine(_tree.Drives[i], "b/k/xl.meta"), before[i]);
        (byte[] bytes, LocatedObject located, _) = await Reading.ReadAsync(_tree.Drives, "b/k");
        Assert.Equal(old.Md5, ETagHash.Compute(bytes));
        Assert.Contains(located.Notes, note => note.Contains(newer.VersionIdText, StringComparison.Ordinal));
        // All its shards are there all the same, so it can be had by its id.
        Assert.Equal(newer.Md5, await Reading.Md5Async(_tree.Drives, "b/k", newer.VersionId));
    }

    [Fact]
    public async Task An_object_in_another_set_than_its_name_says_is_found_and_said()
    {
        DriveTree tree = DriveTree.Create(new() { Directory = _directory.Path, FirstDrive = 5, Data = 1, Parity = 1, Drives = 4 });
        ObjectName name = ObjectName.Parse("b/k");
        MadeVersion made = tree.Put(name, new MemoryStream([1, 2, 3]));
        int set = name.ChooseSet(tree.Format);
        for (int i = 0; i < 2; i++)
        {
            string to = tree.Drives[(1 - set) * 2 + i];
            Directory.Move(Path.Combine(tree.Drives[set * 2 + i], "b"), Path.Combine(to, "b"));
        }

        (byte[] bytes, LocatedObject located, _) = await Reading.ReadAsync(tree.Drives, "b/k");
        Assert.Equal(made.Md5, ETagHash.Compute(bytes));
        Assert.Contains(located.Notes, note => note.Contains("belongs in set", StringComparison.Ordinal));
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static byte[][] Encode(byte[] content, int blockSize, bool even, HighwayKey? key)
    {
        var code = new ReedSolomon(Data, Parity);
        var shards = new MemoryStream[Data + Parity];
        for (int i = 0; i < shards.Length; i++) shards[i] = new();
        foreach (byte[] block in content.Chunk(blockSize))
        {
            int piece = (block.Length + Data - 1) / Data;
            if (even) piece = piece + 1 & ~1;
            byte[] stripe = new byte[(Data + Parity) * piece];
            block.CopyTo(stripe, 0);
            code.Encode(stripe, piece, piece);
            byte[] hash = new byte[32];
            for (int i = 0; i < shards.Length; i++)
            {
                if (key is { } hashKey)
                {
                    HighwayHash256.Hash(hashKey, stripe.AsSpan(i * piece, piece), hash);
                    shards[i].Write(hash);
                }

                shards[i].Write(stripe, i * piece, piece);
            }
        }

        return [.. shards.Select(shard => shard.ToArray())];
    }

    private void WriteVersion1(int position, byte[] content, byte[] shard, string algorithm)
    {
        byte[] hash = new byte[32];
        switch (algorithm)
        {
            case "sha256": hash = SHA256.HashData(shard); break;
            case "highwayhash256": HighwayHash256.Hash(HighwayKey.Shards, shard, hash); break;
            default:
                var blake = new Blake2b();
                blake.Append(shard);
                hash = blake.Finish();
                break;
        }

        string directory = Path.Combine(_tree.Drives[position], "b/old");
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, "part.1"), shard);
        File.WriteAllText(Path.Combine(directory, "xl.json"), $$$"""
            {"version":"1.0.1","format":"xl","stat":{"size":{{{content.Length}}},"modTime":"2019-11-05T10:11:12Z"},
             "erasure":{"algorithm":"klauspost/reedsolomon/vandermonde","data":{{{Data}}},"parity":{{{Parity}}},"blockSize":30000,"index":{{{position + 1}}},"distribution":[1,2,3,4],
             "checksum":[{"name":"part.1","algorithm":"{{{algorithm}}}","hash":"{{{Convert.ToHexStringLower(hash)}}}"}]},
             "meta":{},"parts":[{"number":1,"name":"part.1","size":{{{content.Length}}},"actualSize":{{{content.Length}}}}]}
            """, new UTF8Encoding(false));
    }
}
