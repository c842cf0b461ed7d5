using Microsoft.AspNetCore.Http;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>One operation of the HTTP interface: what serves it, who may call it, and what the OpenAPI document says of it.</summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Path">As <c>/v1/feeds/{topic}</c>.</param>
/// <param name="Needs">The role that a caller needs.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Handle">What serves it.</param>
public sealed record ApiRoute(string Method, string Path, AccessRole Needs, string Summary, RequestDelegate Handle)
{
    /// <summary>What it belongs to, for people who look for it.</summary>
    public required string Tag { get; init; }

    /// <summary>What programs call it.</summary>
    public required string OperationId { get; init; }

    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>The JSON Schema of the request's body; null when it has none.</summary>
    public string? RequestSchema { get; init; }

    public required IReadOnlyList<ApiResponse> Responses { get; init; }

    /// <summary>Whether each call is told on the topic <c>audit</c>: those that change something, unless they are a consumer's daily work.</summary>
    public bool IsAudited { get; init; } = Needs >= AccessRole.Operator && Method != "GET";
}

/// <summary>A parameter of an operation. Those in the path are required, the others are not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In"><c>path</c>, <c>query</c> or <c>header</c>.</param>
/// <param name="Schema">Its JSON Schema.</param>
/// <param name="Description">What it is for.</param>
public sealed record ApiParameter(string Name, string In, string Schema, string Description)
{
    public const string Text = """{"type":"string"}""";
    public const string Integer = """{"type":"integer","minimum":0}""";
}

/// <summary>An answer of an operation.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Description">When it is given.</param>
/// <param name="ContentType">What its body is; null when it has none.</param>
/// <param name="Schema">The body's JSON Schema; null when it is no JSON.</param>
public sealed record ApiResponse(int Status, string Description, string? ContentType = null, string? Schema = null)
{
    /// <summary>An answer in JSON.</summary>
    public static ApiResponse Json(int status, string description, string schema) => new(status, description, "application/json", schema);

    /// <summary>An error, in the envelope that all have.</summary>
    public static ApiResponse Error(int status, string description) => new(status, description, "application/json", OpenApiDocument.ErrorReference);
}

/// <summary>Some operations that belong together.</summary>
public interface IApiModule
{
    IReadOnlyList<ApiRoute> Routes { get; }
}
