using System.Buffers;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Format;

public sealed class XlMetaTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Random_files_are_written_again_byte_for_byte(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 40; i++)
        {
            byte[] file = RandomXlMeta.Make(random);
            XlMeta meta = XlMeta.Parse(file);
            Assert.True(file.AsSpan().SequenceEqual(XlMetaBuilder.From(meta).ToArray()), $"seed {seed}, file {i}");
            Assert.All(meta.Versions, version => version.ReadBody());
        }
    }

    [Fact]
    public void What_is_written_reads_back_in_every_field()
    {
        XlObject content = RandomXlMeta.Object(new Random(9));
        XlVersion version = XlBodyWriter.WriteObject(content, 1_700_000_000);
        byte[] file = new XlMetaBuilder().Add(version).SetInline(content.VersionId, new byte[] { 1, 2, 3 }).ToArray();
        XlMeta meta = XlMeta.Parse(file);
        XlObject read = Assert.Single(meta.Versions).ReadBody().Object!;
        Assert.Equal(content.Parts, read.Parts);
        Assert.Equal(content.Distribution, read.Distribution);
        Assert.Equal(content.UserMetadata.Pairs(), read.UserMetadata.Pairs());
        Assert.Equal(content.SystemMetadata.Pairs(), read.SystemMetadata.Pairs());
        Assert.Equal(
            (content.VersionId, content.DataDir, content.Data, content.Parity, content.BlockSize, content.Index, content.Size, content.ModTime),
            (read.VersionId, read.DataDir, read.Data, read.Parity, read.BlockSize, read.Index, read.Size, read.ModTime));
        Assert.True(meta.Inline.TryFind(content.VersionId, Guid.Empty, out ReadOnlyMemory<byte> shard));
        Assert.Equal([1, 2, 3], shard.ToArray());
        Assert.Equal(version.Header, meta.Versions[0].Header);
    }

    [Fact]
    public void Drives_have_the_same_signature_whatever_their_shard()
    {
        XlObject content = RandomXlMeta.Object(new Random(2));
        XlVersion one = XlBodyWriter.WriteObject(content with { Index = 1 }, 5), other = XlBodyWriter.WriteObject(content with { Index = 2 }, 5);
        Assert.Equal(one.Header.Signature, other.Header.Signature);
        Assert.NotEqual(one.Header.Signature, XlBodyWriter.WriteObject(content with { Size = content.Size + 1 }, 5).Header.Signature);
        Assert.Equal(other.RawBody.ToArray(), XlBodyEditor.WithIndex(one.RawBody.Span, 2));
    }

    [Fact]
    public void Unknown_fields_survive_a_change_of_the_index_and_of_a_neighbour()
    {
        XlVersion version = XlBodyWriter.WriteObject(RandomXlMeta.Object(new Random(3)), 5);
        byte[] body = version.RawBody.ToArray();
        // One more pair at the end of the outer map: "future": [1, {"x": nil}].
        body[0]++;
        byte[] future = [.. body, 0xa6, .. "future"u8, 0x92, 0x01, 0x81, 0xa1, (byte)'x', 0xc0];
        byte[] changed = XlBodyEditor.WithIndex(future, 7);
        Assert.Equal(7, XlBodyReader.Read(changed).Object!.Index);
        Assert.EndsWith(Convert.ToHexString(future[^9..]), Convert.ToHexString(changed));

        byte[] file = new XlMetaBuilder().Add(version with { RawBody = future }).ToArray();
        byte[] more = XlMetaBuilder.From(XlMeta.Parse(file)).Add(XlBodyWriter.WriteDeleteMarker(Guid.NewGuid(), long.MaxValue - 1, 5)).ToArray();
        XlMeta read = XlMeta.Parse(more);
        Assert.Equal(2, read.Versions.Count);
        Assert.Equal(XlVersionType.DeleteMarker, read.Versions[0].Header.Type);
        Assert.Equal(future, read.Versions[1].RawBody.ToArray());
    }

    [Fact]
    public void A_flipped_bit_in_the_metadata_is_always_noticed()
    {
        byte[] file = RandomXlMeta.Make(new Random(4));
        int section = 13 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(9));
        for (int at = 13; at < section; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x10;
            Assert.Throws<ErasureFormatException>(() => XlMeta.Parse(damaged));
        }
    }

    [Fact]
    public void A_damaged_inline_map_is_reported_and_leaves_the_versions()
    {
        XlVersion version = XlBodyWriter.WriteObject(RandomXlMeta.Object(new Random(5)), 5);
        byte[] file = new XlMetaBuilder().Add(version).SetInline(version.Header.VersionId, new byte[100]).ToArray();
        XlMeta meta = XlMeta.Parse(file.AsMemory(0, file.Length - 1));
        Assert.NotNull(meta.Inline.Damage);
        Assert.Single(meta.Versions);
        Assert.False(meta.Inline.TryFind(version.Header.VersionId, Guid.Empty, out _));
        Assert.Throws<ErasureFormatException>(() => XlMetaBuilder.From(meta));
        Assert.NotNull(XlMetaFile.Read(new MemoryStream(file, 0, file.Length - 1), XlMetaFile.WholeBytes + 1, (_, _) => true).Inline.Damage);
    }

    [Fact]
    public void Newer_and_foreign_files_are_refused_by_name()
    {
        byte[] file = RandomXlMeta.Make(new Random(6));
        Assert.Contains("1.4", Refusal(file, 6, 4));
        Assert.Contains("2.3", Refusal(file, 4, 2));
        Assert.Contains("does not begin", Refusal(file, 0, 0));
        Assert.Contains("only 5 bytes", Assert.Throws<ErasureFormatException>(() => XlMeta.Parse("XL2 1"u8.ToArray())).Message);
    }

    [Fact]
    public void A_file_of_a_hundred_megabytes_is_read_under_a_memory_limit()
    {
        // A sparse construction: many versions with large inline shards, written to the stream as it is read.
        var random = new Random(7);
        var builder = new XlMetaBuilder();
        XlObject wanted = RandomXlMeta.Object(random) with { ModTime = 1 };
        byte[] shard = new byte[128 << 10];
        random.NextBytes(shard);
        for (int i = 0; i < 800; i++)
        {
            XlObject content = i == 400 ? wanted : RandomXlMeta.Object(random);
            builder.Add(XlBodyWriter.WriteObject(content, 5)).SetInline(content.VersionId, shard);
        }

        byte[] file = builder.ToArray();
        Assert.True(file.Length > 100 << 20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        XlMeta meta = XlMetaFile.Read(new MemoryStream(file), file.Length, (header, _) => header.VersionId == wanted.VersionId);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal(800, meta.VersionCount);
        Assert.Equal(wanted.VersionId, Assert.Single(meta.Versions).Header.VersionId);
        Assert.True(meta.Inline.TryFind(wanted.VersionId, wanted.DataDir, out ReadOnlyMemory<byte> found));
        Assert.True(found.Span.SequenceEqual(shard));
        Assert.Contains("ask for one", Assert.Throws<ErasureFormatException>(() =>
        {
            XlMeta all = XlMetaFile.Read(new MemoryStream(file), file.Length, (_, _) => true);
            if (all.Inline.Damage is { } damage) throw new ErasureFormatException(damage);
        }).Message);
        Assert.Throws<ErasureFormatException>(() => XlMetaBuilder.From(meta));
    }

    [Fact]
    public void Minors_one_and_two_are_read_with_their_inline_data_and_checksum()
    {
        XlVersion version = XlBodyWriter.WriteObject(RandomXlMeta.Object(new Random(8)), 5);
        var map = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(map);
        writer.WriteMapHeader(2);
        writer.WriteString("Other"u8);
        writer.WriteNil();
        writer.WriteString("Versions"u8);
        writer.WriteArrayHeader(1);
        writer.WriteRaw(version.RawBody.Span);
        byte[] inline = [1, 0x81, 0xa4, .. "null"u8, 0xc4, 1, 42];
        byte[] one = [.. "XL2 "u8, 1, 0, 1, 0, 0xc5, (byte)(map.WrittenCount >> 8), (byte)map.WrittenCount, .. map.WrittenSpan, .. inline];
        XlMeta meta = XlMeta.Parse(one);
        Assert.Equal(1, meta.Minor);
        Assert.Equal(version.Header with { Signature = 0 }, meta.Versions[0].Header);
        Assert.True(meta.Inline.TryFind(Guid.Empty, Guid.Empty, out ReadOnlyMemory<byte> shard));
        Assert.Equal([42], shard.ToArray());

        uint sum = (uint)Weir.Erasure.Coding.XxHash64.Hash(map.WrittenSpan);
        byte[] sumBytes = [0xcf, 0, 0, 0, 0, (byte)(sum >> 24), (byte)(sum >> 16), (byte)(sum >> 8), (byte)sum];
        byte[] two = [.. "XL2 "u8, 1, 0, 2, 0, 0xc5, (byte)(map.WrittenCount >> 8), (byte)map.WrittenCount, .. map.WrittenSpan, .. sumBytes, .. inline];
        Assert.Equal(2, XlMeta.Parse(two).Minor);
        two[^(inline.Length + 1)] ^= 1;
        Assert.Throws<ErasureFormatException>(() => XlMeta.Parse(two));
    }

    [Fact]
    public void Records_that_make_no_sense_are_told_apart()
    {
        XlObject content = RandomXlMeta.Object(new Random(10)) with { Data = 2, Parity = 2, Distribution = [1, 2, 3, 4], Index = 1 };
        Assert.Null(content.Problem());
        Assert.NotNull((content with { Data = 0 }).Problem());
        Assert.NotNull((content with { Parity = 3, Distribution = [1, 2, 3, 4, 5] }).Problem());
        Assert.NotNull((content with { Distribution = [1, 2, 3, 3] }).Problem());
        Assert.NotNull((content with { Distribution = [1, 2, 3] }).Problem());
        Assert.NotNull((content with { Index = 5 }).Problem());
        Assert.NotNull((content with { BlockSize = 0 }).Problem());
        Assert.NotNull((content with { BlockSize = long.MaxValue }).Problem());
        Assert.NotNull((content with { Size = content.Size + 1 }).Problem());
        Assert.NotNull((content with { Parts = [new(1, -1, -1, "")], Size = -1 }).Problem());
        Assert.NotNull((content with { Parts = [new(0, 5, 5, "")], Size = 5 }).Problem());
        Assert.NotNull((content with { ErasureAlgorithm = 2 }).Problem());
        Assert.NotNull((content with { HashAlgorithm = XlHashAlgorithm.Unknown }).Problem());
    }

    private static string Refusal(byte[] file, int at, byte value)
    {
        byte[] changed = [.. file];
        changed[at] = value;
        string message = Assert.Throws<ErasureFormatException>(() => XlMeta.Parse(changed)).Message;
        Assert.Equal(message, Assert.Throws<ErasureFormatException>(() => new XlMetaReader(new MemoryStream(changed))).Message);
        return message;
    }
}
