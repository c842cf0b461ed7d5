using System.Text;
using System.Text.Json;
using Weir.Feed.Redis.Reading;

namespace Weir.Feed.Redis.Tests.Reading;

public sealed class ActionMembersTests
{
    [Theory]
    [InlineData("""{"event_type":"NEW","action":"ARCHIVE","fid":"0x1:0x2:0x0","status":"WAITING","mdt":"elm-MDT0000","cat_idx":1,"raw":"a"}""", "NEW elm-MDT0000 0x1:0x2:0x0")]
    [InlineData("""{"event_type": "PURGED", "mdt": "elm-MDT0000", "cat_idx": 520, "rec_idx": 36052, "timestamp": 1758517956}""", "PURGED elm-MDT0000 ")]
    [InlineData("""{"raw":"\"fid\":\"no\" \\","fid":"f","x":null,"y":-1.5e3,"z":true,"mdt":"m","event_type":"U"}""", "U m f")]
    [InlineData("""{"nested":{"fid":"no","mdt":["no"]},"fid":"f","mdt":"m","event_type":"U"}""", "U m f")]
    [InlineData("""{"\u0066id":"f","mdt":"\u00e4\"","event_type":"U"}""", "U ä\" f")]
    [InlineData("""{"fid":5,"mdt":null,"event_type":"U"}""", "U  ")]
    [InlineData("""{"fid":""}""", "  ")]
    [InlineData("{}", "  ")]
    [InlineData(" {\n\t\"mdt\" : \"m\" } ", " m ")]
    [InlineData("""["event_type","NEW"]""", "  ")]
    [InlineData("\"NEW\"", "  ")]
    [InlineData("", "  ")]
    [InlineData("not json", "  ")]
    public void Members_are_found_whoever_wrote_the_event(string json, string expected) => Assert.Equal(expected, Read(json));

    [Fact]
    public void A_member_longer_than_a_name_may_be_is_empty()
    {
        string tooLong = new('x', RecordLimits.MaxNameBytes + 1);
        Assert.Equal(" m ", Read($$"""{"fid":"{{tooLong}}","mdt":"m"}"""));
        Assert.Equal(" m ", Read($$"""{"fid":"\u0041{{tooLong}}","mdt":"m"}"""));
    }

    [Fact]
    public void Events_cut_or_damaged_anywhere_break_nothing_and_whole_ones_agree_with_a_JSON_reader()
    {
        string[] names = ["event_type", "mdt", "fid", "raw", "timestamp", "action"];
        string[] values = ["\"\"", "\"x\"", "\"a\\\"b\"", "\"\\\\\"", "\"ä€\"", "1", "null", "{\"fid\":\"q\"}", "[\"mdt\"]", "\"\\u0000\""];
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            string json = "{" + string.Join(random.Next(2) == 0 ? "," : " , ", names.OrderBy(_ => random.Next()).Take(random.Next(7))
                .Select(name => $"\"{name}\":{values[random.Next(values.Length)]}")) + "}";
            using JsonDocument document = JsonDocument.Parse(json);
            string Text(string name) => document.RootElement.TryGetProperty(name, out JsonElement e) && e.ValueKind == JsonValueKind.String ? e.GetString()! : "";
            Assert.True($"{Text("event_type")} {Text("mdt")} {Text("fid")}" == Read(json), $"seed {seed}: {json} gave {Read(json)}");

            byte[] damaged = Encoding.UTF8.GetBytes(json);
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Read(damaged.AsSpan(0, random.Next(damaged.Length + 1)));
        }
    }

    private static string Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    private static string Read(ReadOnlySpan<byte> json)
    {
        ActionMembers members = ActionMembers.Read(json, new byte[3 * RecordLimits.MaxNameBytes]);
        return $"{Encoding.UTF8.GetString(members.Type)} {Encoding.UTF8.GetString(members.Source)} {Encoding.UTF8.GetString(members.Subject)}";
    }
}
