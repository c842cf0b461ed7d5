using System.Globalization;
using Weir.Feed.Consuming;

namespace Weir.Server.Configuration.Sections;

/// <summary>How long the records of some topics are kept, as one text: <c>TOPIC [age=30d] [bytes=10G] [records=1000000]</c>.</summary>
internal static class RetentionRule
{
    /// <summary>The rule; null when it is none.</summary>
    public static TopicRetention? Parse(string text, out string problem)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        problem = $"'{text}' is not TOPIC [age=DURATION] [bytes=SIZE] [records=NUMBER] with at least one of the three; TOPIC may end with a star";
        if (words.Length < 2) return null;
        try
        {
            var rule = new TopicRetention(TopicSelection.Parse(words[0]));
            foreach (string word in words[1..])
            {
                if (Apply(rule, word) is not { } more) return null;
                rule = more;
            }

            problem = "";
            return rule;
        }
        catch (ArgumentException wrong)
        {
            problem = wrong.Message;
            return null;
        }
    }

    public static string Format(TopicRetention rule)
    {
        string text = rule.Topics.ToString();
        if (rule.MaxAge is { } age) text += $" age={Duration.Format(age)}";
        if (rule.MaxBytes is { } bytes) text += $" bytes={ByteSize.Format(bytes)}";
        if (rule.MaxRecords is { } records) text += string.Create(CultureInfo.InvariantCulture, $" records={records}");
        return text;
    }

    private static TopicRetention? Apply(TopicRetention rule, string word)
    {
        string[] parts = word.Split('=', 2);
        if (parts.Length != 2) return null;
        switch (parts[0])
        {
            case "age":
                return Duration.TryParse(parts[1], out TimeSpan age) && age > TimeSpan.Zero ? rule with { MaxAge = age } : null;
            case "bytes":
                return ByteSize.TryParse(parts[1], out long bytes) ? rule with { MaxBytes = bytes } : null;
            case "records":
                return long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long records) ? rule with { MaxRecords = records } : null;
            default:
                return null;
        }
    }
}
