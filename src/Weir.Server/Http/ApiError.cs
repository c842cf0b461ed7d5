using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Weir.Server.Http;

/// <summary>A request that cannot be served, and the answer it gets.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">One word for programs, as <c>not_found</c>.</param>
/// <param name="message">What was wrong and what to do.</param>
public sealed class ApiException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;
}

/// <summary>Writes errors in the envelope that all have: <c>{"success":false,"error":{"code","message"},"timestamp"}</c>.</summary>
public static class ApiError
{
    public static async Task WriteAsync(HttpContext context, int status, string code, string message, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(time);
        if (context.Response.HasStarted)
        {
            // Half of an answer is out; only a broken connection says that it is not whole.
            context.Abort();
            return;
        }

        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteBoolean("success", false);
            json.WriteStartObject("error");
            json.WriteString("code", code);
            json.WriteString("message", message);
            json.WriteEndObject();
            json.WriteString("timestamp", time.GetUtcNow().UtcDateTime);
            json.WriteEndObject();
        }

        body.Write("\n"u8);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
