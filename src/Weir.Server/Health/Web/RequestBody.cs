using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Weir.Server.Http;

namespace Weir.Server.Health.Web;

/// <summary>Reads what calls of the health API send.</summary>
internal static class RequestBody
{
    public const int MaxBytes = 64 * 1024;

    private const string NoText = "the body has half a surrogate pair in it, which is no text";

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
            if (!Utf8.IsValid(bytes.AsSpan(0, length))) throw Malformed("the body is not UTF-8");
            JsonDocument document = JsonDocument.Parse(bytes.AsMemory(0, length), Strict);
            string? problem = document.RootElement.ValueKind != JsonValueKind.Object ? "a JSON object is expected" : IsText(document.RootElement) ? null : NoText;
            if (problem is null) return document;
            document.Dispose();
            throw Malformed(problem);
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair cannot be compared with the others.
            throw Malformed(NoText);
        }
        catch (JsonException wrong)
        {
            throw Malformed($"the body is not JSON: {wrong.Message.Split(" LineNumber:")[0]}");
        }
    }

    /// <summary>Whether every name and text in it is Unicode: an escape can stand for half a character.</summary>
    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(member => member.Name is not null && IsText(member.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                JsonValueKind.String => value.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static ApiException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, "too_large", $"The body may have {MaxBytes} bytes.");

    private static ApiException Malformed(string problem) => new(StatusCodes.Status400BadRequest, "bad_request", problem);
}
