using System.Text.Json;
using System.Text.Unicode;

namespace Weir.Server.Feeds;

/// <summary>Checks that a record's data is what it has to be: one JSON object in UTF-8.</summary>
public static class JsonData
{
    /// <summary>Whether <paramref name="utf8"/> is one JSON object; if not, <paramref name="problem"/> says why.</summary>
    public static bool IsObject(ReadOnlySpan<byte> utf8, out string problem)
    {
        problem = "";
        if (!Utf8.IsValid(utf8)) problem = "it is not valid UTF-8";
        else
        {
            try
            {
                var reader = new Utf8JsonReader(utf8);
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) problem = "it is not a JSON object";
                while (problem.Length == 0 && reader.Read())
                {
                    // Reading is what finds the errors.
                }
            }
            catch (JsonException exception)
            {
                problem = $"it is not valid JSON: {exception.Message.Split(" LineNumber:")[0].TrimEnd('.')} (byte {exception.BytePositionInLine ?? 0})";
            }
        }

        return problem.Length == 0;
    }
}
