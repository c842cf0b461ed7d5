using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Feeds.Web;

/// <summary>Registered consumers by HTTP: <c>/v1/feeds/consumers</c>. Format: docs/feed-http.md.</summary>
internal sealed class ConsumerModule : IApiModule
{
    private const int DefaultLimit = 1000;
    private const int MostRecords = 10_000;
    private const int MaxBodyBytes = 64 * 1024;

    private const string RegistrationSchema =
        """{"type":"object","required":["topics"],"properties":{"topics":{"type":"array","items":{"type":"string"}},"filter":{"type":"string"},"from":{"type":"string"},"coalesce":{"type":"boolean"},"abort_timeout":{"type":"string"},"abort_records":{"type":"integer"},"abort_bytes":{"type":"integer"}}}""";

    private const string AckSchema = """{"type":"object","required":["id"],"properties":{"topic":{"type":"string"},"id":{"type":"string"}}}""";

    private const string ConsumerSchema =
        """{"type":"object","required":["consumer","state","topics"],"properties":{"consumer":{"type":"string"},"state":{"enum":["active","aborted","damaged"]},"topics":{"type":"array","items":{"type":"string"}},"filter":{"type":"string"},"coalesce":{"type":"boolean"},"registered":{"type":"string","format":"date-time"},"seen":{"type":"string","format":"date-time"},"problem":{"type":"string"},"backlog":{"type":"object"}}}""";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly ConsumerRegistry _registry;
    private readonly GatewayMetrics _metrics;
    private readonly CancellationToken _stopping;

    public ConsumerModule(ConsumerRegistry registry, GatewayMetrics metrics, CancellationToken stopping)
    {
        _registry = registry;
        _metrics = metrics;
        _stopping = stopping;
        ApiParameter name = new("consumer", "path", ApiParameter.Text, "The consumer's name, percent-encoded.");
        ApiResponse missing = ApiResponse.Error(404, "There is no such consumer.");
        Routes =
        [
            new("GET", "/v1/feeds/consumers", AccessRole.Viewer, "The registered consumers and how far behind each is.", ListAsync)
            {
                Tag = FeedModule.Tag, OperationId = "listConsumers",
                Responses = [ApiResponse.Json(200, "The consumers.", """{"type":"object","required":["consumers"],"properties":{"consumers":{"type":"array","items":""" + ConsumerSchema + "}}}")],
            },
            new("GET", "/v1/feeds/consumers/{consumer}", AccessRole.Viewer, "One consumer and how far behind it is.", InfoAsync)
            {
                Tag = FeedModule.Tag, OperationId = "getConsumer", Parameters = [name], Responses = [ApiResponse.Json(200, "The consumer.", ConsumerSchema), missing],
            },
            new("PUT", "/v1/feeds/consumers/{consumer}", AccessRole.Operator, "Registers a consumer; what it asks for is kept for it from now on.", RegisterAsync)
            {
                Tag = FeedModule.Tag, OperationId = "registerConsumer", Parameters = [name], RequestSchema = RegistrationSchema,
                Responses = [ApiResponse.Json(200, "It is registered, or was already and asked for the same.", ConsumerSchema), ApiResponse.Error(400, "The registration is wrong."), ApiResponse.Error(409, "There is one of this name that asks for something else.")],
            },
            new("DELETE", "/v1/feeds/consumers/{consumer}", AccessRole.Operator, "Unregisters a consumer; nothing is kept for it any more.", UnregisterAsync)
            {
                Tag = FeedModule.Tag, OperationId = "unregisterConsumer", Parameters = [name], Responses = [new(204, "It is gone."), missing],
            },
            new("GET", "/v1/feeds/consumers/{consumer}/records", AccessRole.Operator, "Records that the consumer has not acknowledged. Asked again, they come again.", ReadAsync)
            {
                Tag = FeedModule.Tag, OperationId = "readAsConsumer",
                Parameters =
                [
                    name, new("limit", "query", ApiParameter.Integer, $"At most so many ({DefaultLimit}; {MostRecords} at most)."),
                    new("wait", "query", ApiParameter.Text, "Where there is none now, wait so long for one: 30s; a minute at most."),
                ],
                Responses = [new(200, "The records, perhaps none.", RecordBatchWriter.ContentType, """{"type":"array","items":{"type":"object"}}"""), missing, ApiResponse.Error(410, "The consumer was aborted; the message says what it lost.")],
            },
            new("POST", "/v1/feeds/consumers/{consumer}/ack", AccessRole.Operator, "Acknowledges up to a record; durable when this is answered.", AcknowledgeAsync)
            {
                IsAudited = false, Tag = FeedModule.Tag, OperationId = "acknowledge", Parameters = [name], RequestSchema = AckSchema,
                Responses = [new(204, "It is durable."), missing, ApiResponse.Error(409, "There is no such record yet, or the topic is none of the consumer's."), ApiResponse.Error(410, "The consumer was aborted.")],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private async Task ListAsync(HttpContext context)
    {
        var all = new List<ConsumerBacklog>();
        foreach (ConsumerInfo consumer in await _registry.ListAsync(context.RequestAborted).ConfigureAwait(false))
            all.Add(await _registry.MeasureAsync(consumer, context.RequestAborted).ConfigureAwait(false));
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("consumers");
            foreach (ConsumerBacklog consumer in all) ConsumerJson.Write(json, consumer);
            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task InfoAsync(HttpContext context)
    {
        string name = FeedParameters.Consumer(context);
        ConsumerInfo consumer = await _registry.FindAsync(name, context.RequestAborted).ConfigureAwait(false) ?? throw Missing(name);
        await AnswerAsync(context, consumer).ConfigureAwait(false);
    }

    private Task RegisterAsync(HttpContext context) => TranslateAsync(async () =>
    {
        string name = FeedParameters.Consumer(context);
        ConsumerRegistration registration = ConsumerJson.ReadRegistration(name, await ReadBodyAsync(context).ConfigureAwait(false));
        await AnswerAsync(context, await _registry.RegisterAsync(registration, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    });

    private async Task UnregisterAsync(HttpContext context)
    {
        string name = FeedParameters.Consumer(context);
        if (!await _registry.UnregisterAsync(name, context.RequestAborted).ConfigureAwait(false)) throw Missing(name);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task ReadAsync(HttpContext context) => TranslateAsync(async () =>
    {
        string name = FeedParameters.Consumer(context);
        int limit = FeedParameters.Integer(context, "limit", DefaultLimit, MostRecords);
        TimeSpan wait = FeedParameters.Duration(context, "wait", LongestWait);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        ConsumerReader reader = await _registry.OpenAsync(name, new() { Owner = $"{ApiPipeline.CallerOf(context).Name}, by HTTP" }, ending.Token).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            using var batch = new RecordBatchWriter(limit);
            await batch.FillAsync(reader, wait, ending.Token, context.RequestAborted).ConfigureAwait(false);
            _metrics.Sent(batch.Count, batch.Bytes.Length);
            await JsonAnswer.WriteAsync(context, RecordBatchWriter.ContentType, batch.Bytes).ConfigureAwait(false);
        }
    });

    private Task AcknowledgeAsync(HttpContext context) => TranslateAsync(async () =>
    {
        string name = FeedParameters.Consumer(context);
        (string? topic, RecordId id) = ConsumerJson.ReadAck(await ReadBodyAsync(context).ConfigureAwait(false));
        if (topic is null)
        {
            ConsumerInfo consumer = await _registry.FindAsync(name, context.RequestAborted).ConfigureAwait(false) ?? throw Missing(name);
            TopicSelection topics = consumer.Registration.Topics;
            topic = topics is { HasPrefix: false, Topics.Count: 1 } ? topics.Topics.First() : throw FeedParameters.Wrong("'topic' is missing; the consumer reads several");
        }

        await _registry.AcknowledgeAsync(name, new(topic, id), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private async Task AnswerAsync(HttpContext context, ConsumerInfo consumer)
    {
        ConsumerBacklog backlog = await _registry.MeasureAsync(consumer, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, json => ConsumerJson.Write(json, backlog)).ConfigureAwait(false);
    }

    private static async Task<JsonDocument> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is > MaxBodyBytes) throw new ApiException(StatusCodes.Status413PayloadTooLarge, "too_large", $"The body may have {MaxBodyBytes} bytes.");
        var bytes = new byte[MaxBodyBytes + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        if (length > MaxBodyBytes) throw new ApiException(StatusCodes.Status413PayloadTooLarge, "too_large", $"The body may have {MaxBodyBytes} bytes.");
        try
        {
            return JsonDocument.Parse(bytes.AsMemory(0, length), new JsonDocumentOptions { MaxDepth = 4 });
        }
        catch (JsonException wrong)
        {
            throw FeedParameters.Wrong($"the body is not JSON: {wrong.Message.Split(" LineNumber:")[0]}");
        }
    }

    private static ApiException Missing(string name) => new(StatusCodes.Status404NotFound, "not_found", $"There is no consumer '{name}'; PUT registers one.");

    /// <summary>Runs a request and gives what can go wrong with consumers its status.</summary>
    private static async Task TranslateAsync(Func<Task> request)
    {
        try
        {
            await request().ConfigureAwait(false);
        }
        catch (ConsumerNotFoundException failed)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "not_found", failed.Message);
        }
        catch (ConsumerAbortedException failed)
        {
            throw new ApiException(StatusCodes.Status410Gone, "aborted", failed.Message);
        }
        catch (FeedException failed) when (failed is ConsumerExistsException or AcknowledgementException or ConsumerTakenOverException)
        {
            string code = failed switch { ConsumerExistsException => "exists", AcknowledgementException => "bad_ack", _ => "taken_over" };
            throw new ApiException(StatusCodes.Status409Conflict, code, failed.Message);
        }
        catch (ArgumentException wrong)
        {
            throw FeedParameters.Wrong(wrong.Message);
        }
    }
}
