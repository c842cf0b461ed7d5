using System.Globalization;

namespace Weir.Coordinator.Tests.Protocol;

/// <summary>JSON that peers might send.</summary>
internal static class RandomJson
{
    private static readonly string[] Keys = ["command", "hsm_action_items", "hai_list", "hai_data", "id", "status", "x\\u0041y", "", "hai_cookie"];

    private static readonly string[] Texts = ["recv", "queue", "", "]}", "[{", "\\\"", "\\\\", "\\u0000", "\\ud83d\\ude00", "ä€😀", "tag=n0,\\n", ":,"];

    public static string Message(Random random) => Space(random) + Object(random, 1) + Space(random);

    private static string Object(Random random, int depth) =>
        "{" + string.Join(",", Enumerable.Range(0, random.Next(5)).Select(_ => $"{Space(random)}\"{Pick(random, Keys)}\"{Space(random)}:{Space(random)}{Value(random, depth + 1)}{Space(random)}")) + "}";

    private static string Value(Random random, int depth) => random.Next(depth > 5 ? 4 : 8) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        1 => Pick(random, ["true", "false", "null", "1.5", "-0", "1e3"]),
        2 or 3 => $"\"{Pick(random, Texts)}\"",
        4 or 5 => Object(random, depth),
        _ => "[" + string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => Space(random) + Value(random, depth + 1) + Space(random))) + "]",
    };

    private static string Space(Random random) => random.Next(6) == 0 ? Pick(random, [" ", "\n", "\t \r\n"]) : "";

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
