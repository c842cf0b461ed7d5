using System.Globalization;
using System.Text.Json;

namespace Weir.Health.Policies;

/// <summary>Reads the values of policies, and says what is wrong with them.</summary>
internal static class PolicyValue
{
    private const int MaxShown = 60;

    public static bool Bool(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Not(value, "true or false"),
    };

    public static int Whole(JsonElement value, int least, int most)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number) || number < least || number > most) throw Not(value, expected);
        return number;
    }

    /// <param name="value">The value.</param>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="most">The most that is allowed.</param>
    public static double Number(JsonElement value, double least, double most)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !(number >= least && number <= most)) throw Not(value, expected);
        return number;
    }

    public static TimeSpan Duration(JsonElement value, TimeSpan least, TimeSpan most)
    {
        string expected = $"{DurationText.Expected}, from {DurationText.Format(least)} to {DurationText.Format(most)}";
        string text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw Not(value, expected),
        };
        if (!DurationText.TryParse(text, out TimeSpan duration) || duration < least || duration > most) throw Not(value, expected);
        return duration;
    }

    /// <summary>One of an enum's names, in any case.</summary>
    public static TEnum Name<TEnum>(JsonElement value)
        where TEnum : struct, Enum
    {
        string expected = $"one of {string.Join(", ", Enum.GetNames<TEnum>())}";
        if (value.ValueKind != JsonValueKind.String) throw Not(value, expected);
        string text = value.GetString()!;
        // Enum.Parse takes numbers too.
        int index = Array.FindIndex(Enum.GetNames<TEnum>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? throw Not(value, expected) : Enum.GetValues<TEnum>()[index];
    }

    public static IReadOnlyList<string> Texts(JsonElement value, int mostItems, int mostLength)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"an array of at most {mostItems} texts of 1 to {mostLength} characters");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > mostItems) throw Not(value, expected);
        var texts = new List<string>(value.GetArrayLength());
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 } text || text.Length > mostLength) throw Not(item, expected);
            texts.Add(text);
        }

        return texts;
    }

    public static IReadOnlyDictionary<string, TValue> Map<TValue>(JsonElement value, int mostItems, int mostLength, Func<JsonElement, TValue> read)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"an object of at most {mostItems} members, with names of 1 to {mostLength} characters");
        if (value.ValueKind != JsonValueKind.Object) throw Not(value, expected);
        var map = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (map.Count >= mostItems || member.Name.Length == 0 || member.Name.Length > mostLength) throw Not(value, expected);
            try
            {
                map[member.Name] = read(member.Value);
            }
            catch (PolicyValueException error)
            {
                throw new PolicyValueException($".{member.Name}{error.Message}");
            }
        }

        return map;
    }

    public static PolicyValueException Not(JsonElement value, string expected)
    {
        string text = value.GetRawText();
        if (text.Length > MaxShown) text = text[..MaxShown] + "…";
        return new($": {text} is not {expected}.");
    }
}
