using System.Globalization;
using System.Text.Json;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>What a verification came to, as JSON: the report for programs, and a part of the checkpoint.</summary>
public static class VerifyReportJson
{
    public static void Write(Utf8JsonWriter json, VerifyTally tally)
    {
        json.WriteStartObject();
        json.WriteNumber("objects", tally.Objects);
        json.WriteNumber("versions", tally.Versions);
        json.WriteStartObject("verdicts");
        foreach (Verdict verdict in VerdictNames.All) json.WriteNumber(verdict.Name(), tally[verdict]);
        json.WriteEndObject();
        json.WriteStartArray("redundancy");
        foreach ((int pool, int set, string bucket, IReadOnlyDictionary<int, long> margins) in tally.Ledger.Rows)
        {
            json.WriteStartObject();
            json.WriteNumber("pool", pool);
            json.WriteNumber("set", set);
            json.WriteString("bucket", bucket);
            json.WriteStartObject("versions_by_margin");
            foreach ((int margin, long count) in margins) json.WriteNumber(margin.ToString(CultureInfo.InvariantCulture), count);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("drives");
        foreach ((string drive, IReadOnlyDictionary<string, long> kinds) in tally.Drives)
        {
            json.WriteStartObject();
            json.WriteString("drive", drive);
            json.WriteStartObject("findings");
            foreach ((string kind, long count) in kinds) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "endangered", tally.Endangered);
        Write(json, "lost", tally.Lost);
        json.WriteEndObject();
    }

    /// <summary>The same again.</summary>
    internal static VerifyTally Read(JsonElement root)
    {
        var tally = new VerifyTally { Objects = root.GetProperty("objects").GetInt64(), Versions = root.GetProperty("versions").GetInt64() };
        foreach (Verdict verdict in VerdictNames.All) tally[verdict] = root.GetProperty("verdicts").GetProperty(verdict.Name()).GetInt64();
        foreach (JsonElement row in root.GetProperty("redundancy").EnumerateArray())
        {
            foreach (JsonProperty margin in row.GetProperty("versions_by_margin").EnumerateObject())
            {
                tally.Ledger.Add(
                    row.GetProperty("pool").GetInt32(), row.GetProperty("set").GetInt32(), row.GetProperty("bucket").GetString() ?? "",
                    int.Parse(margin.Name, CultureInfo.InvariantCulture), margin.Value.GetInt64());
            }
        }

        foreach (JsonElement drive in root.GetProperty("drives").EnumerateArray())
        {
            foreach (JsonProperty kind in drive.GetProperty("findings").EnumerateObject()) tally.AddFindings(drive.GetProperty("drive").GetString() ?? "", kind.Name, kind.Value.GetInt64());
        }

        Read(root.GetProperty("endangered"), tally.Endangered);
        Read(root.GetProperty("lost"), tally.Lost);
        return tally;
    }

    private static void Write(Utf8JsonWriter json, string name, ListedVersions versions)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", versions.Count);
        json.WriteStartArray("listed");
        foreach ((string bucket, string key, string? versionId) in versions.Listed)
        {
            json.WriteStartObject();
            json.WriteString("bucket", bucket);
            json.WriteString("object", key);
            json.WriteString("version_id", versionId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Read(JsonElement root, ListedVersions versions)
    {
        foreach (JsonElement listed in root.GetProperty("listed").EnumerateArray())
        {
            versions.Add(listed.GetProperty("bucket").GetString() ?? "", listed.GetProperty("object").GetString() ?? "", listed.GetProperty("version_id").GetString());
        }

        versions.AddUnlisted(root.GetProperty("count").GetInt64() - versions.Count);
    }
}
