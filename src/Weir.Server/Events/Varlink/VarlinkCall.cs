using System.Text.Json;

namespace Weir.Server.Events.Varlink;

/// <summary>A call of a varlink method.</summary>
/// <param name="Method">The method with its interface.</param>
/// <param name="Parameters">Its parameters, an object or nothing.</param>
/// <param name="WantsMore">Whether it takes several answers.</param>
/// <param name="IsOneWay">Whether it takes none.</param>
public sealed record VarlinkCall(string Method, JsonElement Parameters, bool WantsMore, bool IsOneWay)
{
    private const int MaxDepth = 32;

    /// <summary>Reads a call; null when it is none.</summary>
    public static VarlinkCall? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            JsonElement root = document.RootElement.Clone();
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("method", out JsonElement method) || method.ValueKind != JsonValueKind.String) return null;
            root.TryGetProperty("parameters", out JsonElement parameters);
            return new(method.GetString()!, parameters, IsSet(root, "more"), IsSet(root, "oneway"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A parameter that is text; null when there is none.</summary>
    /// <exception cref="VarlinkException">It is something else.</exception>
    public string? Text(string name) => Find(Parameters, name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw VarlinkException.InvalidParameter(name);

    /// <summary>A member; null when there is none, or it is null.</summary>
    public static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool IsSet(JsonElement root, string name) => root.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
}

/// <summary>An error that a varlink call is answered with.</summary>
public sealed class VarlinkException(string error, string parameter, string value) : Exception($"{error}: {parameter} {value}")
{
    /// <summary>Its name.</summary>
    public string Error { get; } = error;

    /// <summary>Its one parameter.</summary>
    public string Parameter { get; } = parameter;

    /// <summary>What that says.</summary>
    public string Value { get; } = value;

    /// <summary>A parameter is not what it should be.</summary>
    public static VarlinkException InvalidParameter(string name) => new("org.varlink.service.InvalidParameter", "parameter", name);
}
