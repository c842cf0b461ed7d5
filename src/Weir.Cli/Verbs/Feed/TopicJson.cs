using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary>A topic's description as members of a JSON object.</summary>
internal static class TopicJson
{
    /// <summary>The description as an object on a line of its own.</summary>
    public static void WriteLine(OutputBuffer output, TopicInfo info)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            WriteMembers(json, info);
            json.WriteEndObject();
        }

        output.EndLine();
    }

    public static void WriteMembers(Utf8JsonWriter json, TopicInfo info)
    {
        json.WriteString("topic", info.Topic);
        json.WriteNumber("records", info.Count);
        WriteId(json, "first_id", info.FirstId);
        WriteId(json, "last_id", info.LastId);
        json.WriteNumber("bytes", info.SizeBytes);
        json.WriteString("durability", info.Durability);
    }

    /// <summary>An id; null when there is none.</summary>
    public static void WriteId(Utf8JsonWriter json, string name, RecordId? id)
    {
        if (id is { } known && known != RecordId.Zero) json.WriteString(name, known.ToString());
        else json.WriteNull(name);
    }
}
