using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Feeds.Web;

/// <summary>The feed by HTTP: topics, records, streams (<c>/v1/feeds</c>). Format: docs/feed-http.md.</summary>
internal sealed class FeedModule : IApiModule
{
    internal const string Tag = "feeds";

    private const int DefaultLimit = 1000;
    private const int MostRecords = 10_000;

    private const string TopicSchema =
        """{"type":"object","required":["topic","records","bytes"],"properties":{"topic":{"type":"string"},"first_id":{"type":"string"},"last_id":{"type":"string"},"records":{"type":"integer"},"bytes":{"type":"integer"},"durability":{"type":"string"}}}""";

    private const string EventsSchema = """{"type":"array","items":{"type":"object","required":["specversion","id","source","type"]}}""";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly ConsumerRegistry _registry;
    private readonly GatewayMetrics _metrics;
    private readonly EventStream _stream;
    private readonly CancellationToken _stopping;

    /// <param name="registry">The feed's consumers.</param>
    /// <param name="metrics">Counts what is sent.</param>
    /// <param name="time">For waits.</param>
    /// <param name="stopping">The role stops: waits and streams end.</param>
    public FeedModule(ConsumerRegistry registry, GatewayMetrics metrics, TimeProvider time, CancellationToken stopping)
    {
        _registry = registry;
        _metrics = metrics;
        _stopping = stopping;
        _stream = new(registry, metrics, time, stopping);
        ApiParameter topic = new("topic", "path", ApiParameter.Text, "The topic, percent-encoded.");
        ApiParameter[] selection =
        [
            new("filter", "query", ApiParameter.Text, "Which records: type=NEW uid=1000 data.x=1, as docs/feed-api.md has it."),
            new("from", "query", ApiParameter.Text, "Where to begin: first, last (after what is there), an id or a time."),
            new("after", "query", ApiParameter.Text, "Begin after this id; goes before 'from'."),
        ];
        Routes =
        [
            new("GET", "/v1/feeds", AccessRole.Viewer, "The topics of the feed and what they hold.", ListAsync)
            {
                Tag = Tag, OperationId = "listTopics",
                Parameters = [new("prefix", "query", ApiParameter.Text, "Only topics that start with this.")],
                Responses = [ApiResponse.Json(200, "The topics, in the order of their names.", """{"type":"object","required":["topics"],"properties":{"topics":{"type":"array","items":""" + TopicSchema + "}}}")],
            },
            new("GET", "/v1/feeds/topics/{topic}", AccessRole.Viewer, "What a topic holds.", InfoAsync)
            {
                Tag = Tag, OperationId = "getTopic", Parameters = [topic],
                Responses = [ApiResponse.Json(200, "The topic.", TopicSchema), ApiResponse.Error(404, "There is no such topic.")],
            },
            new("GET", "/v1/feeds/topics/{topic}/records", AccessRole.Viewer, "Some records as CloudEvents; with 'wait', those to come where there are none.", ReadAsync)
            {
                Tag = Tag, OperationId = "readRecords",
                Parameters =
                [
                    topic, .. selection, new("limit", "query", ApiParameter.Integer, $"At most so many ({DefaultLimit}; {MostRecords} at most)."),
                    new("wait", "query", ApiParameter.Text, "Where there is none now, wait so long for one: 30s; a minute at most."),
                ],
                Responses =
                [
                    new(200, "The records, perhaps none; the header Weir-Next has the id to go on after.", RecordBatchWriter.ContentType, EventsSchema),
                    ApiResponse.Error(400, "A parameter is wrong."),
                ],
            },
            new("GET", "/v1/feeds/topics/{topic}/records/{id}", AccessRole.Viewer, "One record as a CloudEvent.", ReadOneAsync)
            {
                Tag = Tag, OperationId = "getRecord", Parameters = [topic, new("id", "path", ApiParameter.Text, "Its id.")],
                Responses = [new(200, "The record.", "application/cloudevents+json", """{"type":"object"}"""), ApiResponse.Error(404, "There is no such record.")],
            },
            new("GET", "/v1/feeds/topics/{topic}/stream", AccessRole.Viewer, "The topic's records as server-sent events; Last-Event-ID goes on where a stream ended.", StreamAsync)
            {
                Tag = Tag, OperationId = "streamRecords",
                Parameters = [topic, .. selection, new("Last-Event-ID", "header", ApiParameter.Text, "The id of the last event that was received.")],
                Responses = [new(200, "Events whose id is the record's and whose data is a CloudEvent; comments keep the connection open.", EventStream.ContentType), ApiResponse.Error(400, "A parameter is wrong.")],
            },
            new("GET", "/v1/feeds/stream", AccessRole.Viewer, "The records of several topics as server-sent events; Last-Event-ID goes on where a stream ended, in all of them.", StreamSeveralAsync)
            {
                Tag = Tag, OperationId = "streamTopics",
                Parameters =
                [
                    new("topic", "query", """{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":64}""", "The topics, and prefixes with a star behind them; once for each."),
                    selection[0], selection[1], new("Last-Event-ID", "header", ApiParameter.Text, "The last id that was received: the stream's place in each topic."),
                ],
                Responses = [new(200, "Events whose data is a CloudEvent, and behind each page an id: the stream's place in each topic. Comments keep the connection open.", EventStream.ContentType), ApiResponse.Error(400, "A parameter is wrong.")],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private async Task ListAsync(HttpContext context)
    {
        string prefix = context.Request.Query["prefix"].ToString();
        var topics = new List<TopicInfo>();
        foreach (string name in await _registry.Feed.ListTopicsAsync(prefix, context.RequestAborted).ConfigureAwait(false))
        {
            if (await _registry.Feed.DescribeAsync(name, context.RequestAborted).ConfigureAwait(false) is { } info) topics.Add(info);
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("topics");
            foreach (TopicInfo info in topics) Write(json, info);
            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task InfoAsync(HttpContext context)
    {
        string topic = FeedParameters.Topic(context);
        TopicInfo info = await _registry.Feed.DescribeAsync(topic, context.RequestAborted).ConfigureAwait(false)
            ?? throw new ApiException(StatusCodes.Status404NotFound, "not_found", $"There is no topic '{topic}'; GET /v1/feeds lists those there are.");
        await JsonAnswer.WriteAsync(context, json => Write(json, info)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext context)
    {
        string topic = FeedParameters.Topic(context);
        int limit = FeedParameters.Integer(context, "limit", DefaultLimit, MostRecords);
        TimeSpan wait = FeedParameters.Duration(context, "wait", LongestWait);
        RecordFilter filter = FeedParameters.Filter(context);
        IReadOnlyDictionary<string, RecordId>? after = FeedParameters.After(context, topic);
        ConsumerStart start = FeedParameters.Start(context, ConsumerStart.First);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        TransientReader reader = await _registry.OpenTransientAsync(new TopicSelection([topic], []), filter, start, after, ending.Token).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            using var batch = new RecordBatchWriter(limit);
            RecordId? next = await batch.FillAsync(reader, wait, ending.Token, context.RequestAborted).ConfigureAwait(false);
            if (next is { } id) context.Response.Headers["Weir-Next"] = id.ToString();
            _metrics.Sent(batch.Count, batch.Bytes.Length);
            await JsonAnswer.WriteAsync(context, RecordBatchWriter.ContentType, batch.Bytes).ConfigureAwait(false);
        }
    }

    private async Task ReadOneAsync(HttpContext context)
    {
        string topic = FeedParameters.Topic(context);
        string text = context.Request.RouteValues["id"]?.ToString() ?? "";
        if (!RecordId.TryParse(text, out RecordId id)) throw new ApiException(StatusCodes.Status400BadRequest, "bad_request", $"'{text}' is not a record's id");
        ITopicCursor cursor = _registry.Feed.OpenCursor(topic, id.Previous(), new CursorOptions { PageBytes = 4096 });
        await using (cursor.ConfigureAwait(false))
        {
            RecordPage page = await cursor.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            byte[]? found = RecordBatchWriter.FindOne(topic, page, id);
            if (found is null) throw new ApiException(StatusCodes.Status404NotFound, "not_found", $"Topic '{topic}' has no record {id}.");
            await JsonAnswer.WriteAsync(context, "application/cloudevents+json", found).ConfigureAwait(false);
        }
    }

    private Task StreamAsync(HttpContext context)
    {
        string topic = FeedParameters.Topic(context);
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        if (last.Length > 0 && !RecordId.TryParse(last, out _)) throw new ApiException(StatusCodes.Status400BadRequest, "bad_request", $"Last-Event-ID: '{last}' is not a record's id");
        IReadOnlyDictionary<string, RecordId>? after = RecordId.TryParse(last, out RecordId id) ? new Dictionary<string, RecordId> { [topic] = id } : FeedParameters.After(context, topic);
        return _stream.RunAsync(context, new([topic], []), isOfSeveral: false, FeedParameters.Filter(context), FeedParameters.Start(context, ConsumerStart.Last), after);
    }

    private Task StreamSeveralAsync(HttpContext context)
    {
        TopicSelection topics = FeedParameters.Topics(context);
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        Dictionary<string, RecordId>? after = null;
        if (last.Length > 0 && (after = StreamPlaces.Parse(last)) is null) throw FeedParameters.Wrong("Last-Event-ID is not a place of a stream of several topics");
        // Topics without a place came since then: they are read from their beginning.
        ConsumerStart start = after is null ? FeedParameters.Start(context, ConsumerStart.Last) : ConsumerStart.First;
        return _stream.RunAsync(context, topics, isOfSeveral: true, FeedParameters.Filter(context), start, after);
    }

    private static void Write(Utf8JsonWriter json, TopicInfo info)
    {
        json.WriteStartObject();
        json.WriteString("topic", info.Topic);
        if (info.FirstId != RecordId.Zero) json.WriteString("first_id", info.FirstId.ToString());
        if (info.LastId != RecordId.Zero) json.WriteString("last_id", info.LastId.ToString());
        json.WriteNumber("records", info.Count);
        json.WriteNumber("bytes", info.SizeBytes);
        json.WriteString("durability", info.Durability);
        json.WriteEndObject();
    }
}
