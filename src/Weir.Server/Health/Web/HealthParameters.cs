using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Server.Configuration;
using Weir.Server.Http;

namespace Weir.Server.Health.Web;

/// <summary>Reads the parameters of queries; what is wrong is answered with 400.</summary>
internal static class HealthParameters
{
    private const int MostCharacters = 4096;

    /// <summary>Sees that nothing is asked for that is not there.</summary>
    public static void ThrowIfUnknown(HttpContext context, params ReadOnlySpan<string> known)
    {
        foreach (string name in context.Request.Query.Keys)
        {
            if (!known.Contains(name)) throw Wrong(name, $"there is no such parameter here{Suggestion.Phrase(name, known.ToArray())}");
        }
    }

    public static string? Text(HttpContext context, string name)
    {
        string text = context.Request.Query[name].ToString();
        if (text.Length > MostCharacters) throw Wrong(name, $"has more than {MostCharacters} characters");
        return text.Length == 0 ? null : text;
    }

    public static int Integer(HttpContext context, string name, int otherwise, int least, int most)
    {
        if (Text(context, name) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number from {least} to {most}"));
    }

    public static T? Choice<T>(HttpContext context, string name) where T : struct, Enum
    {
        if (Text(context, name) is not { } text) return null;
        string[] words = Enum.GetNames<T>();
        int found = Array.FindIndex(words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? Enum.Parse<T>(words[found]) : throw Wrong(name, $"'{text}' is none of {string.Join(", ", words)}");
    }

    public static bool Flag(HttpContext context, string name) => Text(context, name) switch
    {
        null or "false" => false,
        "true" => true,
        { } text => throw Wrong(name, $"'{text}' is neither true nor false"),
    };

    public static TimeSpan Duration(HttpContext context, string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Text(context, name) is not { } text) return otherwise;
        return DurationText.TryParse(text, out TimeSpan duration) && duration >= least && duration <= most
            ? duration : throw Wrong(name, $"'{text}' is not {DurationText.Expected}, from {DurationText.Format(least)} to {DurationText.Format(most)}");
    }

    public static ApiException Wrong(string name, string problem) => new(StatusCodes.Status400BadRequest, "bad_request", $"{name}: {problem}");
}
