using System.Text;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Format;

public sealed class XlJsonTests
{
    private const string Json = """
        {"version":"1.0.1","format":"xl","stat":{"size":10,"modTime":"2019-11-05T10:11:12.123456789Z"},
         "erasure":{"algorithm":"klauspost/reedsolomon/vandermonde","data":2,"parity":2,"blockSize":10485760,"index":3,"distribution":[3,4,1,2],
         "checksum":[{"name":"part.1","algorithm":"highwayhash256","hash":"00ff"}]},"minio":{"release":"x"},
         "meta":{"etag":"abc","content-type":"text/plain"},"parts":[{"number":1,"name":"part.1","etag":"","size":10,"actualSize":10}]}
        """;

    [Fact]
    public void The_oldest_metadata_is_read()
    {
        XlBody body = XlJson.Parse(Encoding.UTF8.GetBytes(Json));
        XlObject content = body.Object!;
        Assert.Equal(XlVersionType.Legacy, body.Type);
        Assert.Null(content.Problem());
        Assert.Equal((2, 2, 3, 10, "abc", XlHashAlgorithm.HighwayHash256, ""), (content.Data, content.Parity, content.Index, content.Size, content.ETag, content.HashAlgorithm, content.DataDirName));
        Assert.Equal(1572948672123456789, content.ModTime);
        Assert.Equal([0, 0xff], Assert.Single(content.WholeHashes).Hash.ToArray());
        Assert.Equal(new XlPart(1, 10, 10, ""), Assert.Single(content.Parts));
    }

    [Theory]
    [InlineData("\"1.0.1\"", "\"9.9\"")]
    [InlineData("\"data\":2", "\"data\":\"two\"")]
    [InlineData("\"data\":2", "\"data\":99999999999")]
    [InlineData("\"00ff\"", "\"0g\"")]
    [InlineData("\"part.1\",\"alg", "\"x.1\",\"alg")]
    [InlineData("\"stat\"", "\"stut\"")]
    public void Damage_is_refused(string from, string to) =>
        Assert.Throws<ErasureFormatException>(() => XlJson.Parse(Encoding.UTF8.GetBytes(Json.Replace(from, to, StringComparison.Ordinal))));

    [Fact]
    public void A_body_carried_over_from_it_is_read()
    {
        byte[] body =
        [
            0x82, 0xa4, .. "Type"u8, 3, 0xa5, .. "V1Obj"u8, 0x85,
            0xa7, .. "Version"u8, 0xa5, .. "1.0.1"u8,
            0xa4, .. "Stat"u8, 0x82, 0xa4, .. "Size"u8, 10, 0xa7, .. "ModTime"u8, 0xc7, 12, 5, 0, 0, 0, 0, 0x5d, 0xc1, 0x4b, 0x00, 0, 0, 0, 7,
            0xa7, .. "Erasure"u8, 0x87, 0xa9, .. "Algorithm"u8, 0xd9, 33, .. "klauspost/reedsolomon/vandermonde"u8, 0xaa, .. "DataBlocks"u8, 2,
            0xac, .. "ParityBlocks"u8, 2, 0xa9, .. "BlockSize"u8, 0xd2, 0, 0xa0, 0, 0, 0xa5, .. "Index"u8, 1, 0xac, .. "Distribution"u8, 0x94, 1, 2, 3, 4,
            0xa9, .. "Checksums"u8, 0x91, 0x83, 0xaa, .. "PartNumber"u8, 1, 0xa9, .. "Algorithm"u8, 3, 0xa4, .. "Hash"u8, 0xc4, 0,
            0xa4, .. "Meta"u8, 0x81, 0xa4, .. "etag"u8, 0xa1, (byte)'e',
            0xa5, .. "Parts"u8, 0x91, 0x82, 0xa6, .. "Number"u8, 1, 0xa4, .. "Size"u8, 10,
        ];
        XlBody read = XlBodyReader.Read(body);
        Assert.Equal(XlVersionType.Legacy, read.Type);
        XlObject content = read.Object!;
        Assert.Equal(("legacy", "e", 10, 2, 2, 1), (content.DataDirName, content.ETag, content.Size, content.Data, content.Parity, content.Index));
        Assert.Equal(XlHashAlgorithm.HighwayHash256Streaming, content.HashAlgorithm);
        Assert.Equal(0x5dc14b00L * 1_000_000_000 + 7, content.ModTime);
    }
}
