using System.Text.Json;
using Record = Weir.Feed.Record;

namespace Weir.Hsm.Tests;

/// <summary>The readers of the Python tools as far as they count: last NEW or UPDATE wins, PURGED removes, HEARTBEAT says nothing.</summary>
internal static class OriginalReaders
{
    /// <summary>Generation 1: an action is (mdt, cat_idx, rec_idx).</summary>
    public static List<string> CountByPlace(IEnumerable<Record> stream) => Count(stream, data => data.TryGetProperty("cat_idx", out JsonElement catalog)
        ? $"{data.GetProperty("mdt")} {catalog} {data.GetProperty("rec_idx")}" : null);

    /// <summary>Generation 2: an action is its action_key in its MDT.</summary>
    public static List<string> CountByKey(IEnumerable<Record> stream) => Count(stream, data => data.TryGetProperty("action_key", out JsonElement key)
        ? $"{data.GetProperty("mdt")} {key}" : null);

    private static List<string> Count(IEnumerable<Record> stream, Func<JsonElement, string?> identify)
    {
        var live = new Dictionary<string, string>();
        foreach (Record record in stream)
        {
            JsonElement data = JsonDocument.Parse(record.Data).RootElement;
            if (identify(data) is not { } identity) continue;
            string? type = data.GetProperty("event_type").GetString();
            if (type is "NEW" or "UPDATE") live[identity] = $"{data.GetProperty("mdt")} {data.GetProperty("action")} {data.GetProperty("status")}";
            else if (type == "PURGED") live.Remove(identity);
        }

        return [.. live.Values.GroupBy(group => group, (group, all) => $"{group} {all.Count()}").Order(StringComparer.Ordinal)];
    }
}
