using System.Text.Json;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Plans and outcomes as programs get them.</summary>
public static class OutcomeJson
{
    public static string Name(this RepairState state) => state switch
    {
        RepairState.Repaired => "repaired",
        RepairState.Partly => "partly-repaired",
        _ => "failed",
    };

    /// <summary>What was done for a version.</summary>
    public static void WriteVersion(Utf8JsonWriter json, VersionOutcome outcome)
    {
        json.WriteStartObject();
        WriteMembers(json, outcome.Verdict, outcome.State.Name());
        json.WriteStartArray("pieces");
        foreach (RepairedPiece piece in outcome.Pieces) WritePiece(json, piece.Drive, piece.Shard, piece.Path, piece.Part);
        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (string problem in outcome.Problems) json.WriteStringValue(problem);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What would be done for a version.</summary>
    public static void WritePlanned(Utf8JsonWriter json, ObjectName name, VersionRepair repair)
    {
        json.WriteStartObject();
        WriteMembers(json, repair.Verdict, "planned");
        json.WriteStartArray("pieces");
        foreach (PlannedPiece piece in PlannedPiece.Of(name, repair)) WritePiece(json, piece.Drive, piece.Shard, piece.Path, piece.Part);
        json.WriteEndArray();
        json.WriteStartArray("problems");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A version that is left as it is.</summary>
    public static void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteStartObject();
        WriteMembers(json, refusal.Version, "untouched");
        json.WriteStartArray("pieces");
        json.WriteEndArray();
        json.WriteStartArray("problems");
        json.WriteStringValue(refusal.Reason);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, VersionVerdict verdict, string state)
    {
        json.WriteString("bucket", verdict.Name.Bucket);
        json.WriteString("object", verdict.Name.Key);
        json.WriteString("version_id", verdict.VersionIdText);
        json.WriteString("verdict", verdict.Verdict.Name());
        json.WriteNumber("margin", verdict.Margin);
        json.WriteString("state", state);
    }

    private static void WritePiece(Utf8JsonWriter json, Drive drive, int shard, string path, int? part)
    {
        json.WriteStartObject();
        json.WriteString("drive", drive.Path);
        if (shard > 0) json.WriteNumber("shard", shard);
        else json.WriteNull("shard");
        json.WriteString("path", path);
        if (part is { } number) json.WriteNumber("part", number);
        else json.WriteNull("part");
        json.WriteEndObject();
    }
}
