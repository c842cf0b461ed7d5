using System.Text;
using System.Text.Json;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Lustre;
using Weir.Lustre.Changelog;
using Weir.Lustre.Network;

namespace Weir.Changelogs.Tests.Records;

public sealed class ChangelogRecordJsonTests
{
    [Fact]
    public void The_members_stand_in_one_order()
    {
        var fields = new ChangelogFields
        {
            Type = ChangelogType.Rename,
            Flags = 1,
            Format = (ChangelogFormat)0xf000,
            Extra = ChangelogExtra.Known,
            Index = 4,
            Previous = 3,
            Time = new(1755000001, 1),
            Target = new(0x200000402, 0x11, 0),
            Parent = new(0x200000007, 1, 0),
            Source = new(0x200000402, 0x10, 0),
            SourceParent = new(0x200000007, 1, 0),
            JobId = "mv.0"u8,
            Uid = 5,
            Gid = 6,
            Nid = Nid.FromNarrow(0x0002_0001_0a00_0001),
            OpenFlags = 0x242,
            Xattr = "user.\"x\""u8,
            Name = "new\nname"u8,
            HasSourceName = true,
            SourceName = [0xff, (byte)'a'],
        };
        Assert.Equal(
            """
            {"index":4,"type_id":8,"time":"2025-08-12T12:00:01.000000001Z","flags":"0x1","format":"0xf000","fid":"0x200000402:0x11:0x0","prev":3,"parent":"0x200000007:0x1:0x0","name":"new\u000aname","source_fid":"0x200000402:0x10:0x0","source_parent":"0x200000007:0x1:0x0","source_name_b64":"/2E=","job":"mv.0","extra_flags":"0x1f","uid":5,"gid":6,"nid":"10.0.0.1@tcp1","nid_hex":"000200010a000001000000000000000000000000","open_flags":"0x242","open_mode":"-w-","xattr":"user.\"x\""}
            """.Replace("user.\"x\"", "user.\\\"x\\\"", StringComparison.Ordinal),
            Json(fields));
    }

    [Theory]
    [InlineData(0x80, "RESTORE", 0, false)]
    [InlineData(0x17d, "CANCEL", 125, false)]
    [InlineData(0x680, "STATE", 0, true)]
    public void An_HSM_record_says_what_its_flags_mean(ushort flags, string name, int error, bool isDirty)
    {
        using JsonDocument json = JsonDocument.Parse(Json(new ChangelogFields { Type = ChangelogType.Hsm, Flags = flags, Index = 1 }));
        Assert.Equal(name, json.RootElement.GetProperty("hsm_event").GetString());
        Assert.Equal(error, json.RootElement.GetProperty("hsm_error").GetInt32());
        Assert.Equal(isDirty, json.RootElement.GetProperty("hsm_dirty").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_record_is_made_again_bit_for_bit_of_its_JSON(int seed)
    {
        var random = new Random(seed);
        var reader = new ChangelogRecordReader();
        var batch = new RecordBatch();
        var writer = new ChangelogRecordWriter("m");
        for (ulong index = 1; index <= 2000; index++)
        {
            byte[] bytes = RandomRecord(random, index);
            Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(bytes, out ChangelogRecord record));
            batch.Clear();
            writer.Write(batch, record, 77);
            foreach (RecordView view in batch)
            {
                using (JsonDocument.Parse(view.Data.ToArray())) { }
                Assert.True(reader.TryRead(view, out ChangelogRecord again), $"seed {seed}, record {index}: {Encoding.UTF8.GetString(view.Data)}");
                Assert.True(bytes.AsSpan().SequenceEqual(again.Raw), $"seed {seed}, record {index}");
                Assert.Equal(new RecordId(77, index), view.Id);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"index\":0}")]
    [InlineData("{\"index\":-1}")]
    [InlineData("{\"index\":1,\"flags\":\"0x1000\"}")]
    [InlineData("{\"index\":1,\"time\":\"2025-13-12T12:00:01.000000001Z\"}")]
    [InlineData("{\"index\":1,\"name\":5}")]
    [InlineData("{\"index\":1,\"name\":\"\\ud800\"}")]
    [InlineData("{\"index\":1,\"name_b64\":\"!\"}")]
    [InlineData("{\"index\":1,\"fid\":\"x\"}")]
    [InlineData("{\"index\":1,\"nid_hex\":\"00\"}")]
    [InlineData("{\"first\":1,\"last\":2,\"records\":2,\"reason\":\"\"}")]
    public void What_is_no_record_is_refused(string json) => Assert.False(new ChangelogRecordReader().TryRead(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void A_name_too_long_for_a_record_is_refused() =>
        Assert.False(new ChangelogRecordReader().TryRead(Encoding.UTF8.GetBytes($"{{\"index\":1,\"name\":\"{new string('x', 100_000)}\"}}"), out _));

    public static TheoryData<int> Seeds => [1, 2, 3, 4];

    private static string Json(ChangelogFields fields)
    {
        var record = new byte[ChangelogRecord.MaxBytes];
        ChangelogRecord.TryParse(record.AsSpan(0, fields.Write(record)), out ChangelogRecord read);
        var json = new byte[ChangelogRecordWriter.MaxDataBytes];
        return Encoding.UTF8.GetString(json, 0, ChangelogRecordWriter.WriteData(read, json));
    }

    private static byte[] RandomRecord(Random random, ulong index)
    {
        var fields = new ChangelogFields
        {
            Type = (ChangelogType)random.Next(30),
            Flags = (ushort)random.Next(0x1000),
            Format = (ChangelogFormat)(random.Next(16) << 12),
            Index = index,
            Previous = (ulong)random.Next(2),
            Time = new((ulong)random.NextInt64(0, 1L << 34), (uint)random.Next(1_000_000_000)),
            Target = RandomFid(random),
            Parent = RandomFid(random),
            Source = RandomFid(random),
            SourceParent = RandomFid(random),
            JobId = RandomText(random, 32),
            Uid = (ulong)random.NextInt64(),
            Gid = (ulong)random.NextInt64(),
            Nid = new((ushort)random.Next(256), (ushort)random.Next(), 0, (UInt128)(uint)random.Next() << 96),
            OpenFlags = (uint)random.Next(),
            Xattr = RandomText(random, 256),
            Name = RandomText(random, 100),
        };
        if ((fields.Format & ChangelogFormat.ExtraFlags) != 0) fields.Extra = (ChangelogExtra)random.Next(32);
        if ((fields.Format & ChangelogFormat.Rename) != 0 && random.Next(4) > 0)
        {
            fields.HasSourceName = true;
            fields.SourceName = RandomText(random, 100);
        }

        var bytes = new byte[fields.Length];
        fields.Write(bytes);
        return bytes;
    }

    private static Fid RandomFid(Random random) => random.Next(3) == 0 ? default : new((ulong)random.NextInt64(), (uint)random.Next(), (uint)random.Next(2));

    private static byte[] RandomText(Random random, int max)
    {
        var text = new byte[random.Next(max)];
        int kind = random.Next(3);
        for (int i = 0; i < text.Length; i++) text[i] = (byte)(kind == 0 ? random.Next(1, 256) : kind == 1 ? random.Next(1, 128) : random.Next('a', 'z'));
        return text;
    }
}
