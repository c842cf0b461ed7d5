using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Server.Configuration;
using Weir.Server.Http;

namespace Weir.Server.Health.Web;

/// <summary>
/// A JSON object of a request, read member by member; what is wrong is named with its whole path, as <c>strategy.scope.max_objects</c>. A member
/// that is null counts as one that is not there. What nobody asked for is unknown.
/// </summary>
internal sealed class RequestObject
{
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly List<string> _known = [];
    private readonly List<RequestObject> _inner = [];

    public RequestObject(JsonElement value, string path = "")
    {
        _path = path;
        if (value.ValueKind != JsonValueKind.Object) throw Wrong(path, "an object is expected");
        _object = value;
    }

    /// <summary>Whether a member is there.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <exception cref="ApiException">422: it is there and no text, or one of too many bytes.</exception>
    public string? Text(string name, int mostBytes)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String ? Bounded(PathOf(name), value.GetString()!, mostBytes) : throw Wrong(PathOf(name), "a text is expected");
    }

    public string RequiredText(string name, int mostBytes)
    {
        string text = Text(name, mostBytes) ?? throw Wrong(PathOf(name), "is missing");
        return text.Length > 0 ? text : throw Wrong(PathOf(name), "is empty");
    }

    /// <summary>One of an enumeration's words, in any case of letters.</summary>
    public T? Choice<T>(string name) where T : struct, Enum
    {
        if (Text(name, 64) is not { } text) return null;
        string[] words = Enum.GetNames<T>();
        int found = Array.FindIndex(words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? Enum.Parse<T>(words[found]) : throw Wrong(PathOf(name), $"'{text}' is none of {string.Join(", ", words)}{Suggestion.Phrase(text, words)}");
    }

    public long? Integer(string name, long least, long most)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= least && number <= most
            ? number : throw Wrong(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most} is expected"));
    }

    public double? Number(string name, double above, double most)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number > above && number <= most
            ? number : throw Wrong(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"a number above {above} and at most {most} is expected"));
    }

    public bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(PathOf(name), "true or false is expected");

    public TimeSpan? Duration(string name, TimeSpan least, TimeSpan most)
    {
        if (Text(name, 64) is not { } text) return null;
        if (!DurationText.TryParse(text, out TimeSpan duration)) throw Wrong(PathOf(name), $"'{text}' is not {DurationText.Expected}");
        return duration >= least && duration <= most ? duration : throw Wrong(PathOf(name), $"'{text}' is not between {DurationText.Format(least)} and {DurationText.Format(most)}");
    }

    /// <summary>A time of RFC 3339.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out DateTimeOffset time) ? time : throw Wrong(PathOf(name), "a time such as 2026-01-31T12:00:00Z is expected");
    }

    public IReadOnlyList<string>? Texts(string name, int most, int mostBytes)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(PathOf(name), "a list of texts is expected");
        if (value.GetArrayLength() is 0) throw Wrong(PathOf(name), "the list is empty");
        if (value.GetArrayLength() > most) throw Wrong(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"the list has {value.GetArrayLength()} items; there may be {most}"));
        return
        [
            .. value.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.String
                ? Bounded($"{PathOf(name)}[{i}]", item.GetString()!, mostBytes) : throw Wrong($"{PathOf(name)}[{i}]", "a text is expected")),
        ];
    }

    public RequestObject? Object(string name)
    {
        if (Find(name) is not { } value) return null;
        var inner = new RequestObject(value, PathOf(name));
        _inner.Add(inner);
        return inner;
    }

    public IReadOnlyList<RequestObject>? Objects(string name, int most)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(PathOf(name), "a list of objects is expected");
        if (value.GetArrayLength() > most) throw Wrong(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"the list has {value.GetArrayLength()} items; there may be {most}"));
        RequestObject[] items = [.. value.EnumerateArray().Select((item, i) => new RequestObject(item, $"{PathOf(name)}[{i}]"))];
        _inner.AddRange(items);
        return items;
    }

    /// <summary>Sees that nothing is there that nobody asked for, here and in what was read of it.</summary>
    /// <exception cref="ApiException">422: names the first such member.</exception>
    public void ThrowIfUnknown()
    {
        foreach (JsonProperty member in _object.EnumerateObject())
        {
            if (!_known.Contains(member.Name)) throw Wrong(PathOf(Bounded(_path, member.Name, 256)), $"there is no such field here{Suggestion.Phrase(member.Name, _known)}");
        }

        foreach (RequestObject inner in _inner) inner.ThrowIfUnknown();
    }

    public ApiException Wrong(string name) => Wrong(PathOf(name), "does not go with the rest");

    public static ApiException Wrong(string path, string problem) => new(StatusCodes.Status422UnprocessableEntity, "invalid_field", path.Length == 0 ? problem : $"{path}: {problem}");

    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private JsonElement? Find(string name)
    {
        if (!_known.Contains(name)) _known.Add(name);
        return _object.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static string Bounded(string path, string text, int mostBytes) => Encoding.UTF8.GetByteCount(text) <= mostBytes
        ? text : throw Wrong(path, string.Create(CultureInfo.InvariantCulture, $"has more than {mostBytes} bytes"));
}
