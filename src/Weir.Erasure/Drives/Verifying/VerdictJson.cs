using System.Text.Json;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>A version's verdict as programs get it: docs/design.md, section 4, says its members.</summary>
public static class VerdictJson
{
    /// <summary>Writes one object.</summary>
    public static void Write(Utf8JsonWriter json, VersionVerdict verdict)
    {
        json.WriteStartObject();
        json.WriteString("bucket"u8, verdict.Name.Bucket);
        json.WriteString("object"u8, verdict.Name.Key);
        json.WriteString("version_id"u8, verdict.VersionIdText);
        if (verdict.ModTime == 0) json.WriteNull("mod_time"u8);
        else json.WriteString("mod_time"u8, XlTime.Text(verdict.ModTime));
        json.WriteString("verdict"u8, verdict.Verdict.Name());
        json.WriteNumber("data"u8, verdict.Data);
        json.WriteNumber("parity"u8, verdict.Parity);
        json.WriteNumber("good"u8, verdict.Good);
        json.WriteNumber("margin"u8, verdict.Margin);
        json.WriteStartArray("findings"u8);
        foreach (Finding finding in verdict.Findings) Write(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("drive"u8, finding.Drive);
        if (finding.Shard is { } shard) json.WriteNumber("shard"u8, shard);
        else json.WriteNull("shard"u8);
        json.WriteString("kind"u8, finding.Kind.Name());
        if (finding.Part is { } part) json.WriteNumber("part"u8, part);
        else json.WriteNull("part"u8);
        json.WriteString("detail"u8, finding.Detail);
        json.WriteEndObject();
    }
}
