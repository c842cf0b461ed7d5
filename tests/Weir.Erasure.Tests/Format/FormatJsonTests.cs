using System.Text;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Format;

public sealed class FormatJsonTests
{
    private const string A = "aaaaaaaa-0000-4000-8000-000000000001", B = "aaaaaaaa-0000-4000-8000-000000000002", Id = "f5c58c61-7175-4018-ab5e-a94fe9c2de4e";

    [Fact]
    public void Version_three_is_read_and_written()
    {
        FormatJson format = Parse($$$"""{"version":"1","format":"xl","id":"{{{Id}}}","xl":{"version":"3","this":"{{{B}}}","sets":[["{{{A}}}","{{{B}}}"]],"distributionAlgo":"SIPMOD+PARITY"}}""");
        Assert.Equal((Guid.Parse(Id), Guid.Parse(B), DistributionAlgorithm.SipModParity, 3, false), (format.DeploymentId, format.DriveId, format.Algorithm, format.Version, format.SingleDrive));
        Assert.Equal((0, 1), format.Find(format.DriveId));
        Assert.Null(format.Find(Guid.NewGuid()));
        FormatJson again = FormatJson.Parse(format.ToJson());
        Assert.True(again.IsSamePool(format));
        Assert.Equal(format.DriveId, again.DriveId);
        Assert.Contains("SIPMOD+PARITY", Encoding.UTF8.GetString(format.ToJson()));
    }

    [Fact]
    public void The_first_versions_are_read()
    {
        FormatJson one = Parse($$$"""{"version":"1","format":"xl","xl":{"version":"1","disk":"{{{A}}}","jbod":["{{{A}}}","{{{B}}}"]}}""");
        Assert.Equal((1, DistributionAlgorithm.CrcMod, 2), (one.Version, one.Algorithm, one.Sets[0].Count));
        FormatJson two = Parse($$$"""{"version":"1","format":"xl","xl":{"version":"2","this":"{{{A}}}","sets":[["{{{A}}}"],["{{{B}}}"]],"distributionAlgo":"CRCMOD"}}""");
        Assert.Equal((2, 2), (two.Version, two.Sets.Count));
    }

    [Fact]
    public void A_single_drive_and_a_lost_position_are_read()
    {
        Assert.True(Parse($$$"""{"version":"1","format":"xl-single","id":"{{{Id}}}","xl":{"version":"3","this":"{{{A}}}","sets":[["{{{A}}}"]],"distributionAlgo":"SIPMOD+PARITY"}}""").SingleDrive);
        string lost = FormatJson.LostDrive.ToString();
        Assert.Equal(3, Parse($$$"""{"version":"1","format":"xl","id":"{{{Id}}}","xl":{"version":"3","this":"{{{A}}}","sets":[["{{{A}}}","{{{lost}}}","{{{lost}}}"]],"distributionAlgo":"SIPMOD"}}""").Sets[0].Count);
    }

    [Theory]
    [InlineData("""{"version":"2","format":"xl"}""", "version")]
    [InlineData("""{"version":"1","format":"fs","fs":{"version":"2"}}""", "single-disk")]
    [InlineData("""{"version":"1","format":"xl"}""", "damaged")]
    [InlineData("""{"version":"1","format":"xl","id":"x","xl":{"version":"3"}}""", "UUID")]
    [InlineData("""{"version":"1","format":"xl","xl":{"version":"9"}}""", "\"9\"")]
    [InlineData("""[1]""", "damaged")]
    [InlineData("""{"version":1}""", "damaged")]
    [InlineData("""{""", "damaged")]
    [InlineData("", "damaged")]
    [InlineData("""{"version":"1","format":"xl","id":"f5c58c61-7175-4018-ab5e-a94fe9c2de4e","xl":{"version":"3","this":"aaaaaaaa-0000-4000-8000-000000000001","sets":[["aaaaaaaa-0000-4000-8000-000000000001","aaaaaaaa-0000-4000-8000-000000000001"]],"distributionAlgo":"SIPMOD"}}""", "twice")]
    [InlineData("""{"version":"1","format":"xl","id":"f5c58c61-7175-4018-ab5e-a94fe9c2de4e","xl":{"version":"3","this":"aaaaaaaa-0000-4000-8000-000000000001","sets":[],"distributionAlgo":"SIPMOD"}}""", "sets")]
    [InlineData("""{"version":"1","format":"xl","xl":{"version":"3","this":"aaaaaaaa-0000-4000-8000-000000000001","sets":[["aaaaaaaa-0000-4000-8000-000000000001"]],"distributionAlgo":"SIPMOD"}}""", "deployment id")]
    [InlineData("""{"version":"1","format":"xl","id":"f5c58c61-7175-4018-ab5e-a94fe9c2de4e","xl":{"version":"3","this":"aaaaaaaa-0000-4000-8000-000000000001","sets":[["aaaaaaaa-0000-4000-8000-000000000001"]],"distributionAlgo":"MD5"}}""", "MD5")]
    public void What_is_wrong_is_said(string json, string said) =>
        Assert.Contains(said, Assert.Throws<ErasureFormatException>(() => Parse(json)).Message);

    private static FormatJson Parse(string json) => FormatJson.Parse(Encoding.UTF8.GetBytes(json));
}
