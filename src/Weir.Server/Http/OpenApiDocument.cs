using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>
/// Writes the OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0) from the same declarations that the routes are made of. docs/openapi.json
/// is a copy of it that a test compares.
/// </summary>
public static partial class OpenApiDocument
{
    /// <summary>The schema of the envelope that every error has.</summary>
    public const string ErrorReference = """{"$ref":"#/components/schemas/Error"}""";

    private const string ErrorSchema =
        """{"type":"object","required":["success","error","timestamp"],"properties":{"success":{"const":false},"error":{"type":"object","required":["code","message"],"properties":{"code":{"type":"string"},"message":{"type":"string"}}},"timestamp":{"type":"string","format":"date-time"}}}""";

    /// <summary>The document for these routes, indented, with a line's end at its end.</summary>
    public static byte[] Write(IEnumerable<ApiRoute> routes, string version)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("openapi", "3.1.0");
            json.WriteStartObject("info");
            json.WriteString("title", "Weir");
            json.WriteString("version", version);
            json.WriteString("description", "The storage event and repair plane: feeds of what happens in storage, and the state of the daemon.");
            json.WriteStartObject("license");
            json.WriteString("name", "Apache-2.0");
            json.WriteString("identifier", "Apache-2.0");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("paths");
            foreach (IGrouping<string, ApiRoute> path in routes.GroupBy(route => RouteConstraint().Replace(route.Path, "}")).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(path.Key);
                foreach (ApiRoute route in path.OrderBy(route => route.Method, StringComparer.Ordinal)) WriteOperation(json, route);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            WriteComponents(json);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenSpan.ToArray();
    }

    private static void WriteOperation(Utf8JsonWriter json, ApiRoute route)
    {
        json.WriteStartObject(route.Method.ToLowerInvariant());
        json.WriteString("operationId", route.OperationId);
        json.WriteStartArray("tags");
        json.WriteStringValue(route.Tag);
        json.WriteEndArray();
        json.WriteString("summary", route.Summary);
        if (route.Needs != AccessRole.None)
        {
            json.WriteString("description", $"Needs a token of role {AccessRoles.Name(route.Needs)} or above, except on loopback addresses where none is asked for.");
            json.WriteStartArray("security");
            json.WriteStartObject();
            json.WriteStartArray("bearer");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        if (route.Parameters.Count > 0) WriteParameters(json, route);
        if (route.RequestSchema is { } schema)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            WriteContent(json, "application/json", schema);
            json.WriteEndObject();
        }

        json.WriteStartObject("responses");
        foreach (ApiResponse response in AllResponses(route)) WriteResponse(json, response);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static IEnumerable<ApiResponse> AllResponses(ApiRoute route)
    {
        IEnumerable<ApiResponse> all = route.Responses;
        if (route.Needs != AccessRole.None)
            all = all.Append(ApiResponse.Error(401, "No token, or one that is not known.")).Append(ApiResponse.Error(403, "The token's role is not enough, or the request comes from a page of another site."));
        return all.OrderBy(response => response.Status);
    }

    private static void WriteParameters(Utf8JsonWriter json, ApiRoute route)
    {
        json.WriteStartArray("parameters");
        foreach (ApiParameter parameter in route.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("in", parameter.In);
            if (parameter.In == "path") json.WriteBoolean("required", true);
            json.WriteString("description", parameter.Description);
            WriteSchema(json, parameter.Schema);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteResponse(Utf8JsonWriter json, ApiResponse response)
    {
        json.WriteStartObject(response.Status.ToString(CultureInfo.InvariantCulture));
        json.WriteString("description", response.Description);
        if (response.ContentType is { } type) WriteContent(json, type, response.Schema);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string type, string? schema)
    {
        json.WriteStartObject("content");
        json.WriteStartObject(type);
        WriteSchema(json, schema ?? ApiParameter.Text);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSchema(Utf8JsonWriter json, string schema)
    {
        json.WritePropertyName("schema");
        WriteJson(json, schema);
    }

    private static void WriteComponents(Utf8JsonWriter json)
    {
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        json.WritePropertyName("Error");
        WriteJson(json, ErrorSchema);
        json.WriteEndObject();
        json.WriteStartObject("securitySchemes");
        json.WriteStartObject("bearer");
        json.WriteString("type", "http");
        json.WriteString("scheme", "bearer");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Through a document, so that it is indented like the rest.</summary>
    private static void WriteJson(Utf8JsonWriter json, string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        document.RootElement.WriteTo(json);
    }

    /// <summary>What a route's template says about a parameter beyond its name.</summary>
    [GeneratedRegex(@":[a-z]+\}")]
    private static partial Regex RouteConstraint();
}
