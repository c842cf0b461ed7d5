using Microsoft.AspNetCore.Http;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>The description of the interface: <c>/openapi/v1.json</c>.</summary>
public sealed class OpenApiModule : IApiModule
{
    private readonly Lazy<byte[]> _document;

    /// <param name="others">The modules it describes, beside itself.</param>
    /// <param name="version">Of the program.</param>
    public OpenApiModule(IReadOnlyList<IApiModule> others, string version)
    {
        Routes =
        [
            new("GET", "/openapi/v1.json", AccessRole.None, "This description.", WriteAsync)
            {
                Tag = "status", OperationId = "getDescription", Responses = [ApiResponse.Json(200, "An OpenAPI 3.1 document.", """{"type":"object"}""")],
            },
        ];
        _document = new(() => OpenApiDocument.Write(others.SelectMany(module => module.Routes).Concat(Routes), version));
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = _document.Value.Length;
        await context.Response.Body.WriteAsync(_document.Value, context.RequestAborted).ConfigureAwait(false);
    }
}
