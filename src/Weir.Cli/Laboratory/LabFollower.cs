using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Cli.Laboratory;

/// <summary>
/// A program outside the daemon, as docs/feed-socket.md has it: a registered consumer that follows the actions' topics by the socket,
/// acknowledges, and goes on where it was when the daemon comes back.
/// </summary>
internal sealed class LabFollower(string socketPath)
{
    private const string Consumer = "lab";
    private const int RecordsPerAck = 500;
    private const string TopicsPath = "/topics/";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Place> _topics = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private IReadOnlyList<TopicInfo>? _ends;
    private TaskCompletionSource _hasAll = new();

    /// <summary>Records that came.</summary>
    public long Records { get; private set; }

    /// <summary>Follows until everything that the topics hold has come and is acknowledged, durably.</summary>
    /// <param name="ends">What the topics hold, once nothing more is appended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was not as it should be.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Task<IReadOnlyList<TopicInfo>> ends, CancellationToken cancellationToken)
    {
        _problems.Clear();
        _ends = null;
        _hasAll = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        await SendAsync(socket, $$"""{"consumer":"{{Consumer}}","topics":["hsm:*"],"from":"first","confirm":true}""", cancellationToken);
        Task reading = ReadAsync(socket, stop.Token);
        foreach ((string topic, RecordId id) in NoteEnds(await ends)) await AcknowledgeAsync(socket, topic, id, cancellationToken);
        try
        {
            await Task.WhenAny(_hasAll.Task, reading).WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What is missing is said below.
        }

        await stop.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.Exception is { } failed) _problems.Add($"the socket's consumer failed: {failed.InnerException!.Message}");
        return [.. _problems, .. _ends!.SelectMany(Differences)];
    }

    private IEnumerable<string> Differences(TopicInfo topic)
    {
        Place place = Of(topic.Topic);
        if (place.Confirmed < topic.LastId) yield return $"the socket's consumer has {topic.Topic} up to {place.Last}, acknowledged up to {place.Confirmed}, and it ends at {topic.LastId}";
        if (place.Records != topic.Count) yield return $"the socket's consumer was given {place.Records} records of {topic.Topic}, which has {topic.Count}";
    }

    private async Task ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8, false, 128 * 1024);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Take(line) is { } due) await AcknowledgeAsync(socket, due.Topic, due.Id, cancellationToken);
        }

        _problems.Add("the daemon ended the connection of the socket's consumer");
    }

    /// <summary>Takes a line; what is to be acknowledged now, if anything is.</summary>
    private (string Topic, RecordId Id)? Take(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement said = document.RootElement;
        if (!said.TryGetProperty("weir", out JsonElement kind))
        {
            string topic = Uri.UnescapeDataString(said.GetProperty("source").GetString()![TopicsPath.Length..]);
            return TakeRecord(topic, RecordId.Parse(said.GetProperty("id").GetString())) ? (topic, Of(topic).Last) : null;
        }

        if (kind.GetString() == "acked") NoteConfirmed(said.GetProperty("topic").GetString()!, RecordId.Parse(said.GetProperty("ack").GetString()));
        else if (kind.GetString() != "ready") _problems.Add($"the daemon said {line} to the socket's consumer");
        return null;
    }

    private bool TakeRecord(string topic, RecordId id)
    {
        lock (_gate)
        {
            Place place = Of(topic);
            if (id <= place.Last) _problems.Add($"{topic}: {id} came after {place.Last} by the socket");
            place.Last = id;
            place.Records++;
            Records++;
            return place.Records % RecordsPerAck == 0 || (_ends is not null && _ends.Any(end => end.Topic == topic && end.LastId == id));
        }
    }

    private void NoteConfirmed(string topic, RecordId id)
    {
        lock (_gate)
        {
            Of(topic).Confirmed = id;
            NoteWhenAll();
        }
    }

    /// <summary>Nothing more comes; what of it is here already is to be acknowledged.</summary>
    private List<(string Topic, RecordId Id)> NoteEnds(IReadOnlyList<TopicInfo> ends)
    {
        lock (_gate)
        {
            _ends = ends;
            NoteWhenAll();
            return [.. ends.Where(end => Of(end.Topic) is { } place && place.Last >= end.LastId && place.Confirmed < end.LastId).Select(end => (end.Topic, end.LastId))];
        }
    }

    private void NoteWhenAll()
    {
        if (_ends is not null && _ends.All(end => Of(end.Topic).Confirmed >= end.LastId)) _hasAll.TrySetResult();
    }

    private Place Of(string topic) => _topics.TryGetValue(topic, out Place? place) ? place : _topics[topic] = new();

    private static Task AcknowledgeAsync(Socket socket, string topic, RecordId id, CancellationToken cancellationToken) =>
        SendAsync(socket, string.Create(CultureInfo.InvariantCulture, $$"""{"ack":"{{id}}","topic":"{{topic}}"}"""), cancellationToken);

    private static async Task SendAsync(Socket socket, string line, CancellationToken cancellationToken) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);

    /// <summary>How far it is in a topic.</summary>
    private sealed class Place
    {
        public RecordId Last { get; set; }

        public RecordId Confirmed { get; set; }

        public long Records { get; set; }
    }
}
