using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Hsm.Events;
using Weir.Hsm.Rules;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Rules;

public sealed class RuleWatchTests : IAsyncDisposable
{
    private const string Topic = "hsm:actions:elm-MDT0000";

    private readonly TestFeed _feed = new();
    private readonly List<RuleHit> _hits = [];
    private readonly RecordedAction _program = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static ActionRule Failed => new() { Name = "failed", On = RuleTrigger.Failed, Run = ["/bin/true"] };

    private long Now => _feed.Clock.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task A_failure_is_told_once_and_one_of_the_replay_is_not()
    {
        await _feed.AppendAsync(Topic, State(1, HsmStatus.Failed), State(2));
        await using RuleWatch watch = Open(Failed);
        await watch.CheckAsync(Cancelled);
        await _feed.AppendAsync(Topic, State(2, HsmStatus.Failed), State(3, HsmStatus.Started));
        await watch.CheckAsync(Cancelled);
        await watch.CheckAsync(Cancelled);
        Assert.Equal(2ul, Assert.Single(_hits).Cookie);
        await watch.DrainAsync();
        Assert.Equal(_hits, _program.Done);
    }

    [Fact]
    public async Task The_repeat_interval_holds_for_each_subject_by_itself()
    {
        await _feed.AppendAsync(Topic, State(1), State(2));
        await using RuleWatch watch = Open(Failed with { Every = TimeSpan.FromHours(1) });
        await watch.CheckAsync(Cancelled);
        foreach (HsmStatus status in (HsmStatus[])[HsmStatus.Failed, HsmStatus.Started, HsmStatus.Failed])
        {
            _feed.Clock.Advance(TimeSpan.FromMinutes(1));
            await _feed.AppendAsync(Topic, State(1, status), State(2, status));
        }

        await watch.CheckAsync(Cancelled);
        Assert.Equal([1ul, 2ul], _hits.Select(hit => hit.Cookie!.Value));
        _feed.Clock.Advance(TimeSpan.FromHours(1));
        await _feed.AppendAsync(Topic, State(1, HsmStatus.Started), State(1, HsmStatus.Failed));
        await watch.CheckAsync(Cancelled);
        Assert.Equal([1ul, 2ul, 1ul], _hits.Select(hit => hit.Cookie!.Value));
    }

    [Fact]
    public async Task An_action_that_is_started_for_too_long_is_told_again_every_interval()
    {
        await _feed.AppendAsync(Topic, State(1, HsmStatus.Started), State(2));
        await using RuleWatch watch = Open(new ActionRule { Name = "stuck", On = RuleTrigger.Stuck, For = TimeSpan.FromHours(6), Every = TimeSpan.FromHours(2), Run = ["/bin/true"] });
        for (int minutes = 0; minutes < 9 * 60; minutes += 10)
        {
            await watch.CheckAsync(Cancelled);
            _feed.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Equal([6, 8], _hits.Select(hit => (int)(hit.Time - hit.Since!.Value).TotalHours));
    }

    [Fact]
    public async Task A_burst_is_so_many_new_actions_of_one_MDT_within_the_time()
    {
        await using RuleWatch watch = Open(new ActionRule { Name = "burst", On = RuleTrigger.Burst, Count = 3, Within = TimeSpan.FromMinutes(1), Run = ["/bin/true"] });
        await watch.CheckAsync(Cancelled);
        for (uint number = 1; number <= 4; number++)
        {
            await _feed.AppendAsync(Topic, State(number));
            await watch.CheckAsync(Cancelled);
            _feed.Clock.Advance(TimeSpan.FromSeconds(40));
        }

        Assert.Empty(_hits);
        await _feed.AppendAsync(Topic, State(5), State(6));
        await watch.CheckAsync(Cancelled);
        Assert.Equal((3, EventText.Mdt), (Assert.Single(_hits).Count, _hits[0].Subject));
    }

    [Fact]
    public async Task Other_kinds_and_other_MDTs_do_not_concern_a_rule()
    {
        await using RuleWatch watch = Open(Failed with { Actions = [HsmAction.Restore] }, Failed with { Name = "other", Mdts = ["elm-MDT0009"] });
        await watch.CheckAsync(Cancelled);
        await _feed.AppendAsync(Topic, State(1, HsmStatus.Failed));
        await watch.CheckAsync(Cancelled);
        Assert.Empty(_hits);
    }

    [Fact]
    public async Task A_program_is_given_the_hit_in_its_environment_and_input_and_no_shell_reads_its_arguments()
    {
        string output = Path.GetTempFileName();
        RuleHit hit = Hit(Failed with { Run = ["/bin/sh", "-c", "cat > \"$1\"; echo \"$WEIR_FID $2\" >> \"$1\"", "sh", output, "$(id);*"] });
        Assert.Null(await new ProgramAction(TimeProvider.System).DoAsync(hit, Cancelled));
        string[] lines = (await File.ReadAllTextAsync(output, Cancelled)).Split("}}");
        File.Delete(output);
        Assert.Equal("io.weir.hsm.rule.failed", JsonDocument.Parse(lines[0] + "}}").RootElement.GetProperty("type").GetString());
        Assert.Equal("0x200000401:0x1:0x0 $(id);*\n", lines[1]);
    }

    [Theory]
    [InlineData("exit 3", "ended with exit code 3")]
    [InlineData("sleep 100", "was ended after 0.2 s")]
    public async Task A_program_that_fails_or_takes_too_long_is_a_problem(string script, string problem)
    {
        RuleHit hit = Hit(Failed with { Run = ["/bin/sh", "-c", script], Timeout = TimeSpan.FromSeconds(0.2) });
        if (script == "exit 3") hit = hit with { Rule = hit.Rule with { Timeout = TimeSpan.FromMinutes(1) } };
        Assert.Contains(problem, await new ProgramAction(TimeProvider.System).DoAsync(hit, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_a_problem() =>
        Assert.Contains("cannot be run", await new ProgramAction(TimeProvider.System).DoAsync(Hit(Failed with { Run = ["/no/such/program"] }), Cancelled), StringComparison.Ordinal);

    [Fact]
    public async Task A_webhook_is_tried_again_while_trying_may_help()
    {
        using var server = new Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests, HttpStatusCode.Accepted);
        using var http = new HttpClient(server);
        Task<string?> posting = new WebhookAction(http, _feed.Clock, new Random(1)).DoAsync(Hit(Failed with { Post = new Uri("http://example.org/hook") }), Cancelled);
        while (!posting.IsCompleted)
        {
            await Task.WhenAny(posting, _feed.Clock.WhenTimersAsync(1, Cancelled));
            _feed.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(await posting);
        Assert.Equal(3, server.Bodies.Count);
        Assert.Equal("application/cloudevents+json; charset=utf-8", server.ContentType);
        Assert.Equal("1.0", JsonDocument.Parse(server.Bodies[0]).RootElement.GetProperty("specversion").GetString());
    }

    [Fact]
    public async Task A_webhook_that_says_the_request_is_wrong_is_not_asked_again()
    {
        using var server = new Answers(HttpStatusCode.BadRequest);
        using var http = new HttpClient(server);
        string? problem = await new WebhookAction(http, _feed.Clock, new Random(1)).DoAsync(Hit(Failed with { Post = new Uri("http://example.org/hook") }), Cancelled);
        Assert.Equal("example.org answered 400", problem);
        Assert.Single(server.Bodies);
    }

    public ValueTask DisposeAsync() => _feed.DisposeAsync();

    private static RuleHit Hit(ActionRule rule) => new(rule, DateTimeOffset.UnixEpoch, EventText.Mdt, "subject", "0x200000401:0x1:0x0", "ARCHIVE", "FAILED", 1, null, 1);

    private RuleWatch Open(params ActionRule[] rules) =>
        new(_feed.OpenEngine(), ActionTopics.DefaultPrefix, rules, _program, _program, _hits.Add, _feed.Clock, NullLogger.Instance);

    private byte[] State(uint number, HsmStatus status = HsmStatus.Waiting) => EventText.State(
        status == HsmStatus.Waiting ? HsmEventType.New : HsmEventType.Update, ActionText.Line(1, number, number, status, file: number), Now);

    private sealed class RecordedAction : IRuleAction
    {
        public List<RuleHit> Done { get; } = [];

        public Task<string?> DoAsync(RuleHit hit, CancellationToken cancellationToken)
        {
            lock (Done) Done.Add(hit);
            return Task.FromResult<string?>(null);
        }
    }

    private sealed class Answers(params HttpStatusCode[] codes) : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        public string? ContentType { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ContentType = request.Content!.Headers.ContentType!.ToString();
            Bodies.Add(Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync(cancellationToken)));
            return new(codes[Bodies.Count - 1]);
        }
    }
}
