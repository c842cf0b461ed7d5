using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>
/// Tells on the topic <see cref="Topic"/> who did what by HTTP: a record for each call that changes something, also for one that was refused to a
/// known caller. It is durable before the caller sees the answer. Format: docs/serve.md.
/// </summary>
public sealed class AuditTrail(IFeedEngine feed, ILogger logger)
{
    public const string Topic = "audit";

    /// <summary>More of a path is not kept.</summary>
    private const int MostPathCharacters = 1024;

    /// <summary>Sees to it that the call is told, with the status that it is answered with.</summary>
    /// <returns>To be told when the call is over: where the caller did not wait for an answer, that is when it is written.</returns>
    internal Entry Begin(HttpContext context, ApiRoute route)
    {
        var entry = new Entry(this, context, route);
        context.Response.OnStarting(static state => ((Entry)state).WriteAsync(), entry);
        return entry;
    }

    private async Task AppendAsync(HttpContext context, ApiRoute route)
    {
        ApiCaller caller = ApiPipeline.CallerOf(context);
        int? status = context.RequestAborted.IsCancellationRequested ? null : context.Response.StatusCode;
        try
        {
            var batch = new RecordBatch();
            batch.Add(Encoding.UTF8.GetBytes(route.OperationId), "api"u8, Encoding.UTF8.GetBytes(caller.Name), Compose(context, caller, status));
            await feed.AppendAsync(Topic, batch, default, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FeedException failed)
        {
            ServerLog.AuditFailed(logger, route.OperationId, context.Request.Path, caller.Name, status, failed.Message);
        }
    }

    private static byte[] Compose(HttpContext context, ApiCaller caller, int? status)
    {
        string path = $"{context.Request.Path}{context.Request.QueryString}";
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            json.WriteStartObject();
            json.WriteString("method"u8, context.Request.Method);
            json.WriteString("path"u8, path.Length > MostPathCharacters ? path[..MostPathCharacters] : path);
            json.WriteString("caller"u8, caller.Name);
            json.WriteString("role"u8, AccessRoles.Name(caller.Role));
            if (context.Connection.RemoteIpAddress is { } address) json.WriteString("remote"u8, address.ToString());
            if (status is { } answered) json.WriteNumber("status"u8, answered);
            json.WriteEndObject();
        }

        return data.WrittenSpan.ToArray();
    }

    /// <summary>One call, which is told once.</summary>
    internal sealed class Entry(AuditTrail trail, HttpContext context, ApiRoute route)
    {
        private int _isWritten;

        public Task WriteAsync() => Interlocked.Exchange(ref _isWritten, 1) == 0 ? trail.AppendAsync(context, route) : Task.CompletedTask;
    }
}
