using System.IO.Compression;
using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Format;

/// <summary>Real files of every generation.</summary>
public sealed class XlMetaFixtureTests
{
    [Fact]
    public void The_oldest_container_is_read()
    {
        XlMeta meta = XlMeta.Parse(File.ReadAllBytes(Fixtures.Path("minio/xl.meta-minor0")));
        Assert.Equal((0, 0, 0), (meta.Minor, meta.HeaderVersion, meta.MetaVersion));
        XlVersion version = Assert.Single(meta.Versions);
        Assert.Equal("null", version.Header.VersionIdText);
        Assert.Equal(XlVersionFlags.UsesDataDir, version.Header.Flags);
        XlObject content = version.ReadBody().Object!;
        Assert.Null(content.Problem());
        Assert.Equal((2, 2, 10_485_760, 3), (content.Data, content.Parity, content.BlockSize, content.Index));
        Assert.Equal([3, 4, 1, 2], content.Distribution);
        Assert.Equal(new XlPart(1, 6482, 6482, ""), Assert.Single(content.Parts));
        Assert.Equal("70869277-e3b9-41e9-a6c8-0c193adb5f9a", content.DataDirName);
        Assert.Equal("eb460a70e9e7eb0f36b2e28512318bb0", content.ETag);
        Assert.Equal(1610300046404396813, content.ModTime);
    }

    [Fact]
    public void A_versioned_object_with_a_delete_marker_is_read_newest_first()
    {
        XlMeta meta = XlMeta.Parse(Fixtures.Hex("minio/object_versioned_txt.xlmeta.hex"));
        Assert.Equal((3, 3, 3), (meta.Minor, meta.HeaderVersion, meta.MetaVersion));
        Assert.Equal([XlVersionType.DeleteMarker, XlVersionType.Object, XlVersionType.Object], meta.Versions.Select(version => version.Header.Type));
        Assert.Equal([0L, 12, 2], meta.Versions.Select(version => version.ReadBody().Object?.Size ?? 0));
        Assert.Equal("6178c538-372e-4d93-a122-e55fc1bed128", meta.Versions[0].Header.VersionIdText);
        Assert.All(meta.Versions, version => Assert.Equal(1753286042, version.ReadBody().WriterTime));
        Assert.All(meta.Versions, version => Assert.Equal(version.Header.ModTime, version.ReadBody().ModTime));
    }

    [Fact]
    public void Single_drive_objects_are_read()
    {
        XlObject large = XlMeta.Parse(Fixtures.Hex("minio/object_large_bin.xlmeta.hex")).Versions[0].ReadBody().Object!;
        Assert.Equal((1, 0, 300_000), (large.Data, large.Parity, large.Size));
        Assert.Equal("300000", large.SystemMetadata.Text("x-minio-internal-actual-size"u8));
        Assert.Equal(19, XlMeta.Parse(Fixtures.Hex("minio/object_small_txt.xlmeta.hex")).Versions[0].ReadBody().Object!.Size);
    }

    [Fact]
    public void Inline_data_is_found_under_null_and_passes_its_hash()
    {
        XlMeta meta = XlMeta.Parse(Fixtures.Hex("rustfs/issue_2288_legacy_xlmeta.hex"));
        XlVersion version = Assert.Single(meta.Versions);
        Assert.Equal(XlVersionFlags.UsesDataDir | XlVersionFlags.InlineData, version.Header.Flags);
        XlObject content = version.ReadBody().Object!;
        Assert.Equal(version.Header.Flags, version.ReadBody().Flags);
        Assert.True(meta.Inline.TryFind(content.VersionId, content.DataDir, out ReadOnlyMemory<byte> shard));
        Assert.Equal(32 + 35, shard.Length);
        Assert.Equal(content.ETag, ETagHash.Compute(shard.Span[32..]));
        byte[] hash = new byte[32];
        HighwayHash256.Hash(HighwayKey.Shards, shard.Span[32..], hash);
        Assert.True(shard.Span[..32].SequenceEqual(hash));
    }

    [Fact]
    public void A_body_of_early_RustFS_is_recognised_and_read()
    {
        XlMeta meta = XlMeta.Parse(Fixtures.Hex("rustfs/issue_2434_legacy_meta_v2_pool.hex"));
        XlVersion version = Assert.Single(meta.Versions);
        Assert.Equal(0u, version.Header.Signature);
        XlObject content = version.ReadBody().Object!;
        Assert.Equal(XlDialect.RustFsLegacy, content.Dialect);
        Assert.Null(content.Problem());
        Assert.Equal((1, 0, 48), (content.Data, content.Parity, content.Size));
        Assert.Equal(version.Header.ModTime, content.ModTime);
        Assert.Equal("8d270d7a184cfa30cc0bf09ea74fd964", content.ETag);
        Assert.Equal("2bcefaca-44dd-4f01-a79e-63eeb0dda396", content.DataDirName);
        Assert.Throws<ErasureFormatException>(() => XlBodyEditor.WithIndex(version.RawBody.Span, 2));
    }

    [Fact]
    public void Drives_of_mixed_encodings_say_the_same()
    {
        using ZipArchive zip = ZipFile.OpenRead(Fixtures.Path("minio/xl-meta-consist.zip"));
        var seen = new HashSet<int>();
        foreach (ZipArchiveEntry entry in zip.Entries.Where(entry => entry.Length > 0))
        {
            XlMeta meta = XlMeta.Parse(Bytes(entry));
            Assert.Equal(entry.FullName.StartsWith("5/", StringComparison.Ordinal) ? 3 : 2, meta.Minor);
            XlObject content = Assert.Single(meta.Versions).ReadBody().Object!;
            Assert.Null(content.Problem());
            Assert.Equal((6, 4, 141_250, 1639124576410705609), (content.Data, content.Parity, content.Size, content.ModTime));
            Assert.Equal([4, 5, 6, 7, 8, 9, 10, 1, 2, 3], content.Distribution);
            Assert.True(seen.Add(content.Index));
        }

        Assert.Equal(10, seen.Count);
    }

    [Fact]
    public void Two_pools_hold_different_versions_of_one_object_all_inline()
    {
        using ZipArchive zip = ZipFile.OpenRead(Fixtures.Path("minio/xl-meta-merge.zip"));
        foreach (ZipArchiveEntry entry in zip.Entries.Where(entry => entry.Length > 0))
        {
            XlMeta meta = XlMeta.Parse(Bytes(entry));
            Assert.Equal(entry.FullName[2] <= '4' ? 2 : 1, meta.Versions.Count);
            Assert.Equal(meta.Versions.Count, meta.Inline.Count);
            foreach (XlVersion version in meta.Versions)
            {
                XlObject content = version.ReadBody().Object!;
                Assert.Equal((2, 2), (content.Data, content.Parity));
                Assert.True(meta.Inline.TryFind(content.VersionId, content.DataDir, out ReadOnlyMemory<byte> shard));
                Assert.Equal(32 + (content.Size + 1) / 2, shard.Length);
            }
        }
    }

    [Fact]
    public void Every_file_of_the_current_minor_is_written_again_byte_for_byte()
    {
        foreach (byte[] file in CurrentFiles())
        {
            Assert.Equal(file, XlMetaBuilder.From(XlMeta.Parse(file)).ToArray());
        }
    }

    [Fact]
    public void Every_file_reads_the_same_as_a_stream()
    {
        foreach (byte[] file in CurrentFiles())
        {
            XlMeta meta = XlMeta.Parse(file);
            var reader = new XlMetaReader(new RaggedStream(file));
            Assert.Equal((meta.HeaderVersion, meta.MetaVersion, meta.VersionCount), (reader.HeaderVersion, reader.MetaVersion, reader.VersionCount));
            foreach (XlVersion expected in meta.Versions)
            {
                Assert.True(reader.TryReadVersion(out XlVersion? version));
                Assert.Equal(expected.Header, version.Header);
                Assert.True(expected.RawBody.Span.SequenceEqual(version.RawBody.Span));
            }

            Assert.False(reader.TryReadVersion(out _));
            foreach (string expected in meta.Inline.Keys)
            {
                Assert.True(reader.TryReadInline(out string key, out int length));
                Assert.Equal(expected, key);
                if (length % 2 == 0) Assert.Equal(length, reader.ReadInlineValue().Length);
            }

            Assert.False(reader.TryReadInline(out _, out _));
        }
    }

    [Fact]
    public void One_drives_body_is_made_from_anothers_by_its_index_alone()
    {
        XlMeta from = XlMeta.Parse(File.ReadAllBytes(Fixtures.Path("minio/cicd-corpus/disk2/bucket/testobj/xl.meta")));
        XlMeta to = XlMeta.Parse(File.ReadAllBytes(Fixtures.Path("minio/cicd-corpus/disk3/bucket/testobj/xl.meta")));
        byte[] made = XlBodyEditor.WithIndex(from.Versions[0].RawBody.Span, 5);
        XlObject expected = to.Versions[0].ReadBody().Object!, content = XlBodyReader.Read(made).Object!;
        Assert.Equal(from.Versions[0].Header, to.Versions[0].Header);
        Assert.Equal((expected.Index, expected.DataDir, expected.ETag, expected.Size), (content.Index, content.DataDir, content.ETag, content.Size));
        Assert.Equal(from.Versions[0].RawBody.Length, made.Length);
        Assert.Equal(1, from.Versions[0].RawBody.ToArray().Zip(made).Count(pair => pair.First != pair.Second));
    }

    [Fact]
    public void An_older_container_is_written_anew_with_headers_and_the_same_bodies()
    {
        XlMeta old = XlMeta.Parse(File.ReadAllBytes(Fixtures.Path("minio/xl.meta-minor0")));
        XlMeta made = XlMeta.Parse(XlMetaBuilder.From(old).ToArray());
        Assert.Equal(3, made.Minor);
        Assert.Equal(old.Versions[0].Header, made.Versions[0].Header);
        Assert.True(old.Versions[0].RawBody.Span.SequenceEqual(made.Versions[0].RawBody.Span));
    }

    private static List<byte[]> CurrentFiles()
    {
        var files = new List<byte[]>();
        foreach (string disk in (string[])["disk2", "disk3", "disk4", "disk5"])
        {
            files.Add(File.ReadAllBytes(Fixtures.Path($"minio/cicd-corpus/{disk}/bucket/testobj/xl.meta")));
        }

        foreach (string hex in (string[])["minio/object_large_bin", "minio/object_small_txt", "minio/object_versioned_txt", "rustfs/issue_2288_legacy"])
        {
            files.Add(Fixtures.Hex(hex.StartsWith("rustfs", StringComparison.Ordinal) ? hex + "_xlmeta.hex" : hex + ".xlmeta.hex"));
        }

        files.Add(Fixtures.Hex("rustfs/issue_2434_legacy_meta_v2_pool.hex"));
        using ZipArchive merge = ZipFile.OpenRead(Fixtures.Path("minio/xl-meta-merge.zip"));
        files.AddRange(merge.Entries.Where(entry => entry.Length > 0).Select(Bytes));
        using ZipArchive consist = ZipFile.OpenRead(Fixtures.Path("minio/xl-meta-consist.zip"));
        files.AddRange(consist.Entries.Where(entry => entry.FullName == "5/xl.meta").Select(Bytes));
        return files;
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
