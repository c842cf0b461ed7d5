using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Lab.Scenarios;
using Weir.Server.Roles;

namespace Weir.Cli.Laboratory;

/// <summary>Plays a scenario under a daemon: its feed is the daemon's, and somebody follows it by the socket all the while.</summary>
internal sealed class LabHost(string directory, int port, ILoggerFactory loggers) : ILabHost, IAsyncDisposable
{
    private const string Topics = "hsm:";

    private static readonly string[] Roles = [RoleNames.Retention, RoleNames.Feeds, RoleNames.Api];

    private readonly LabFollower _follower = new(LabConfiguration.SocketIn(directory));
    private readonly CancellationTokenSource _ending = new();
    private LabDaemon? _daemon;
    private IFeedEngine? _feed;
    private TaskCompletionSource<IReadOnlyList<TopicInfo>> _ends = new();
    private Task<IReadOnlyList<string>>? _following;

    public long Followed => _follower.Records;

    public async Task<IFeedEngine> StartAsync(Func<IFeedEngine> open, CancellationToken cancellationToken)
    {
        LabConfiguration.Write(directory, port, actions: null);
        var feed = new TaskCompletionSource<IFeedEngine>(TaskCreationOptions.RunContinuationsAsynchronously);
        _daemon = await LabDaemon.StartAsync(directory, Roles, (context, stopping) => PlayAsync(context, feed, stopping), loggers, open, cancellationToken);
        _feed = await feed.Task.WaitAsync(cancellationToken);
        _ends = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<IReadOnlyList<TopicInfo>> ends = _ends.Task;
        _following = Task.Run(() => _follower.RunAsync(ends, _ending.Token), CancellationToken.None);
        return _feed;
    }

    public async Task<IReadOnlyList<string>> StopAsync(CancellationToken cancellationToken)
    {
        if (_daemon is null) return [];
        var topics = new List<TopicInfo>();
        foreach (string name in await _feed!.ListTopicsAsync(Topics, cancellationToken))
        {
            if (await _feed.DescribeAsync(name, cancellationToken) is { } topic) topics.Add(topic);
        }

        _ends.SetResult(topics);
        var problems = new List<string>(await _following!.WaitAsync(cancellationToken));
        problems.AddRange(await AskByHttpAsync(topics, cancellationToken));
        await _daemon.StopAsync();
        await DisposeDaemonAsync();
        return problems;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _ends.TrySetCanceled();
        if (_following is not null) await ((Task)_following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeDaemonAsync();
        _ending.Dispose();
    }

    /// <summary>The scenario steps by itself, in its own time; the role lends it the daemon's feed.</summary>
    private static async Task PlayAsync(RoleContext context, TaskCompletionSource<IFeedEngine> feed, CancellationToken stopping)
    {
        feed.TrySetResult(context.Feed);
        await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whether the daemon says that it is ready, and of its topics what is so.</summary>
    private async Task<IReadOnlyList<string>> AskByHttpAsync(IReadOnlyList<TopicInfo> topics, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        using var client = new HttpClient { BaseAddress = _daemon!.Address };
        using HttpResponseMessage ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
        if (ready.StatusCode != HttpStatusCode.OK) problems.Add($"/readyz: {await ready.Content.ReadAsStringAsync(cancellationToken)}");
        using JsonDocument told = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1/feeds?prefix={Topics}", UriKind.Relative), cancellationToken));
        string[] served = [.. told.RootElement.GetProperty("topics").EnumerateArray().Select(topic => $"{topic.GetProperty("topic").GetString()} {topic.GetProperty("records").GetInt64()} {topic.GetProperty("last_id").GetString()}")];
        string[] there = [.. topics.Select(topic => $"{topic.Topic} {topic.Count} {topic.LastId}")];
        if (!served.Order(StringComparer.Ordinal).SequenceEqual(there.Order(StringComparer.Ordinal)))
            problems.Add($"/v1/feeds tells of {string.Join(", ", served)}, and there are {string.Join(", ", there)}");
        return problems;
    }

    private async ValueTask DisposeDaemonAsync()
    {
        if (_daemon is not { } daemon) return;
        _daemon = null;
        await daemon.DisposeAsync();
    }
}
