using System.Text;
using System.Text.Json;

namespace Weir.BlockEvents.Tests;

/// <summary>Real kernel log lines, which lie beside the repository and are never copied into it.</summary>
internal static class Fixtures
{
    /// <summary>A line and the class that the corpus gives it; the class is null where a line of an incident is not about storage.</summary>
    public sealed record Row(string? Class, byte[] Line);

    /// <summary>Consecutive lines of one log.</summary>
    public sealed record Incident(int Number, string Kind, IReadOnlyList<Row> Rows)
    {
        public override string ToString() => $"{Number} {Kind}";
    }

    public static IReadOnlyList<Row> Rows(string file) =>
        [.. Read(file).Select(row => new Row(row.GetProperty("class_guess").GetString(), Encoding.UTF8.GetBytes(row.GetProperty("line").GetString()!)))];

    public static IReadOnlyList<Incident> Incidents() =>
    [
        .. Read("incidents.jsonl").Select((row, number) => new Incident(
            number,
            row.GetProperty("kind").GetString()!,
            [.. row.GetProperty("lines").EnumerateArray().Zip(row.GetProperty("classes").EnumerateArray(), (line, kind) => new Row(kind.GetString(), Encoding.UTF8.GetBytes(line.GetString()!)))])),
    ];

    /// <summary>What the corpus expects of each of its error classes: sub-system (null for any) and event types; a last * stands for any ending.</summary>
    public static IReadOnlyDictionary<string, (string? SubSystem, string[] EventTypes)> Expected()
    {
        var expected = new Dictionary<string, (string?, string[])>();
        foreach (string line in File.ReadLines(PathOf("README.md")))
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells is not ["", var name, var meaning, ""] || meaning.Split(" / ") is not [var subSystem, var types]) continue;
            if (types.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_' or '*' or ' ' or 'o' or 'r')) expected.Add(name, (subSystem == "the file system" ? null : subSystem, types.Split(" or ")));
        }

        return expected;
    }

    private static IEnumerable<JsonElement> Read(string file)
    {
        foreach (string line in File.ReadLines(PathOf(file)))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    /// <summary>The full path of a file of the corpus; the test is skipped where it is absent.</summary>
    private static string PathOf(string file)
    {
        for (DirectoryInfo? room = new(AppContext.BaseDirectory); room is not null; room = room.Parent)
        {
            if (!File.Exists(Path.Combine(room.FullName, "Weir.slnx"))) continue;
            for (DirectoryInfo? above = room.Parent; above is not null; above = above.Parent)
            {
                string path = Path.Combine(above.FullName, "shared", "fixtures", "kernel-log", file);
                if (File.Exists(path)) return path;
            }
        }

        Assert.Skip($"The shared fixture kernel-log/{file} does not lie beside this repository.");
        return "";
    }
}
