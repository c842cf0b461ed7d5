using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Format;

/// <summary>
/// Damaged and hostile files: the only thing that may come of them is <see cref="ErasureFormatException"/>, soon and in little memory.
/// A few seconds here; ten minutes with WEIR_TEST_LONG=1. A failure names the seed that repeats it.
/// </summary>
public sealed class FuzzTests
{
    private const long MostAllocatedBytes = 64 << 20;
    private const int MostMilliseconds = 20_000;

    private static TimeSpan Duration => Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? TimeSpan.FromSeconds(150) : TimeSpan.FromSeconds(1);

    [Fact]
    public void Xl_meta_is_never_trusted() => Fuzz(random =>
    {
        byte[] file = RandomXlMeta.Make(random);
        Mutation.Apply(random, ref file);
        if (random.Next(4) != 0) MendChecksum(file);
        return file;
    }, file =>
    {
        Read(() => ReadAll(XlMeta.Parse(file)));
        Read(() => ReadStream(new(new RaggedStream(file))));
        Read(() => ReadAll(XlMetaFile.Read(new MemoryStream(file), XlMetaFile.WholeBytes + 1, (_, number) => number < 5)));
    });

    [Fact]
    public void Bodies_and_inline_maps_are_never_trusted() => Fuzz(random =>
    {
        XlMeta meta = XlMeta.Parse(RandomXlMeta.Make(random));
        byte[] bytes = random.Next(3) == 0 && !meta.Inline.Raw.IsEmpty ? meta.Inline.Raw.ToArray() : meta.Versions[random.Next(meta.Versions.Count)].RawBody.ToArray();
        Mutation.Apply(random, ref bytes);
        return bytes;
    }, bytes =>
    {
        Read(() => ReadBody(XlBodyReader.Read(bytes)));
        Read(() => XlBodyEditor.WithIndex(bytes, 3));
        XlInlineData.Parse(bytes).TryFind(Guid.Empty, Guid.Empty, out _);
        byte[] minorZero = [.. "XL2 1   "u8, 0x81, 0xa8, .. "Versions"u8, 0x91, .. bytes];
        Read(() => ReadAll(XlMeta.Parse(minorZero)));
    });

    [Fact]
    public void MessagePack_of_any_bytes_is_never_trusted() => Fuzz(random =>
    {
        byte[] bytes = new byte[random.Next(0, 300)];
        random.NextBytes(bytes);
        // Heads of maps, arrays and long things more often than chance has them.
        ReadOnlySpan<byte> heads = [0x81, 0x8f, 0x91, 0x9f, 0xc4, 0xc6, 0xc7, 0xc9, 0xd8, 0xdb, 0xdc, 0xdd, 0xde, 0xdf];
        for (int i = 0; i < bytes.Length / 4; i++) bytes[random.Next(bytes.Length)] = heads[random.Next(heads.Length)];
        return bytes;
    }, bytes =>
    {
        Read(() => new MessagePackReader(bytes, "it").Skip());
        Read(() => XlBodyReader.Read(bytes));
        Read(() => XlContainer.ReadHeader(bytes, 3));
    });

    [Fact]
    public void Format_json_and_xl_json_are_never_trusted() => Fuzz(random =>
    {
        byte[] json = Encoding.UTF8.GetBytes(random.Next(2) == 0
            ? """{"version":"1","format":"xl","id":"f5c58c61-7175-4018-ab5e-a94fe9c2de4e","xl":{"version":"3","this":"aaaaaaaa-0000-4000-8000-000000000001","sets":[["aaaaaaaa-0000-4000-8000-000000000001","aaaaaaaa-0000-4000-8000-000000000002"]],"distributionAlgo":"SIPMOD+PARITY"}}"""
            : """{"version":"1.0.1","format":"xl","stat":{"size":10,"modTime":"2019-11-05T10:11:12.123456789Z"},"erasure":{"algorithm":"klauspost/reedsolomon/vandermonde","data":2,"parity":2,"blockSize":10485760,"index":3,"distribution":[3,4,1,2],"checksum":[{"name":"part.1","algorithm":"highwayhash256","hash":"00ff"}]},"meta":{"etag":"abc"},"parts":[{"number":1,"name":"part.1","etag":"","size":10,"actualSize":10}]}""");
        Mutation.Apply(random, ref json);
        return json;
    }, json =>
    {
        Read(() => FormatJson.Parse(json).ToJson());
        Read(() => ReadBody(XlJson.Parse(json)));
    });

    [Fact]
    public void The_worst_cases_stay_small()
    {
        // Eight megabytes of the smallest versions, shards and pairs that are believed at all.
        byte[] versions = new byte[XlMetaFile.WholeBytes];
        Expect(versions, 0x90);
        Expect(versions, 0xc0);
        Expect(versions, 0xa0);
        Expect(versions, 0x80);
    }

    private static void Expect(byte[] file, byte filling)
    {
        Array.Fill(file, filling);
        "XL2 "u8.CopyTo(file);
        file[4] = 1;
        file[5] = 0;
        file[6] = 3;
        file[7] = 0;
        int section = file.Length - 32;
        file[8] = 0xc6;
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(9), section);
        ((ReadOnlySpan<byte>)[3, 3, 0xce]).CopyTo(file.AsSpan(13));
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), section / 40 - 1);
        MendChecksum(file);
        Check(file, bytes => Read(() => ReadAll(XlMeta.Parse(bytes))), "the smallest versions");
        byte[] bare = [.. "XL2 1   "u8, 0x81, 0xa8, .. "Versions"u8, 0xdd, 0, 0x05, 0, 0, .. file.AsSpan(32)];
        Check(bare, bytes => Read(() => ReadAll(XlMeta.Parse(bytes))), "the smallest bare versions");
        byte[] inline = [1, 0xdf, 0, 0x10, 0, 0, .. file.AsSpan(32)];
        Check(inline, bytes => XlInlineData.Parse(bytes), "the smallest shards");
    }

    private static void Fuzz(Func<Random, byte[]> make, Action<byte[]> use)
    {
        long started = Stopwatch.GetTimestamp();
        for (int seed = Environment.TickCount; Stopwatch.GetElapsedTime(started) < Duration; seed++)
        {
            byte[] bytes = make(new Random(seed));
            Check(bytes, use, $"seed {seed}");
        }
    }

    private static void Check(byte[] bytes, Action<byte[]> use, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), started = Stopwatch.GetTimestamp();
        try
        {
            use(bytes);
        }
        catch (Exception error)
        {
            Assert.Fail($"{what}: {error}");
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < MostAllocatedBytes, $"{what}: {allocated} bytes were allocated for {bytes.Length}");
        Assert.True(Stopwatch.GetElapsedTime(started).TotalMilliseconds < MostMilliseconds, $"{what}: it took {Stopwatch.GetElapsedTime(started)}");
    }

    private static void Read(Action read)
    {
        try
        {
            read();
        }
        catch (ErasureFormatException error)
        {
            Assert.NotEmpty(error.Message);
        }
    }

    private static void ReadAll(XlMeta meta)
    {
        foreach (XlVersion version in meta.Versions) Read(() => ReadBody(version.ReadBody()));
        if (meta.Inline.Damage is null && meta.Versions.Count == meta.VersionCount) XlMetaBuilder.From(meta).ToArray();
    }

    private static void ReadStream(XlMetaReader reader)
    {
        while (reader.TryReadVersion(out XlVersion? version)) Read(() => ReadBody(version.ReadBody()));
        while (reader.TryReadInline(out _, out int length))
        {
            if (length % 3 == 0) reader.ReadInlineValue();
        }
    }

    private static void ReadBody(XlBody body)
    {
        XlTime.Text(body.ModTime);
        if (body.Object is not { } content) return;
        _ = (content.Problem(), content.ETag, content.IsRemote, content.IsCompressed, content.IsEncrypted, content.UserMetadata.Pairs().Count());
    }

    /// <summary>Makes the checksum right again, so that what is behind it is reached.</summary>
    private static void MendChecksum(byte[] file)
    {
        if (file.Length < 18 || file[8] != 0xc6) return;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(9));
        if (length > file.Length - 18) return;
        file[13 + length] = 0xce;
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(14 + length)), (uint)XxHash64.Hash(file.AsSpan(13, (int)length)));
    }
}
