using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Server.Http;

namespace Weir.Server.Health.Web;

/// <summary>Reads what calls of the health API send.</summary>
internal static class RequestBody
{
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>The body, which is one JSON object; one without a body counts as an empty one where that is allowed.</summary>
    /// <exception cref="ApiException">400, 413 or 415.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context, bool mayBeEmpty = false)
    {
        if (context.Request.ContentLength is > MaxBytes) throw TooLarge();
        var bytes = new byte[MaxBytes + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        if (length > MaxBytes) throw TooLarge();
        if (length == 0 && mayBeEmpty) return JsonDocument.Parse("{}");
        try
        {
            JsonDocument document = JsonDocument.Parse(bytes.AsMemory(0, length), Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            throw Malformed("a JSON object is expected");
        }
        catch (JsonException wrong)
        {
            throw Malformed($"the body is not JSON: {wrong.Message.Split(" LineNumber:")[0]}");
        }
    }

    private static ApiException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, "too_large", $"The body may have {MaxBytes} bytes.");

    private static ApiException Malformed(string problem) => new(StatusCodes.Status400BadRequest, "bad_request", problem);
}
