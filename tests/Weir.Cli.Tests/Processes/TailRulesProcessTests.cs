using System.Net;
using System.Text.Json;
using Weir.Cli.Tests.Verbs.Hsm;

namespace Weir.Cli.Tests.Processes;

/// <summary>Rules in a process of their own: programs are run and webhooks posted.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class TailRulesProcessTests : ActionFeed
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => Path.GetDirectoryName(FeedDirectory)!;

    private string Hits => Path.Combine(Root, "hits");

    [Fact]
    public async Task Exec_runs_a_program_for_each_action_that_failed_and_for_no_other()
    {
        await AppendAsync(Topic, New(1), New(2, "FAILED"));
        using WeirProcess tail = Start("--exec", Program(), "--on", "failed");
        await WatchAsync(tail, failing: 100);
        await AppendAsync(Topic, New(1, "FAILED", type: "UPDATE"), New(3, "SUCCEED"), New(4, "FAILED", "RESTORE"));
        await Script.WaitForAsync(() => Of(1).Length == 1 && Of(4).Length == 1, () => string.Join('\n', Lines));
        Assert.Equal(["failed", "failed", "lab-MDT0000", "0x200000401:0x4:0x0", "RESTORE", "FAILED", "0x6912db04", "1"], Of(4)[0].Split('|')[..8]);
        using JsonDocument cloudEvent = JsonDocument.Parse(Of(4)[0].Split('|', 9)[8]);
        Assert.Equal("io.weir.hsm.rule.failed", cloudEvent.RootElement.GetProperty("type").GetString());
        Assert.Equal("0x200000401:0x4:0x0", cloudEvent.RootElement.GetProperty("data").GetProperty("fid").GetString());
        Assert.Empty(Of(2));
        Assert.Empty(Of(3));
        await EndAsync(tail);
    }

    [Fact]
    public async Task Stuck_actions_and_bursts_are_told_no_more_often_than_the_rule_says()
    {
        long since = DateTimeOffset.UtcNow.AddHours(-7).ToUnixTimeSeconds();
        string stuck = New(1, "STARTED").Replace("\"cat_idx\"", $"\"first_seen\":{since},\"status_since\":{since},\"cat_idx\"", StringComparison.Ordinal);
        await AppendAsync(Topic, stuck, New(2, "STARTED"));
        string program = Program();
        string rules = Rules($"""
            rules:
              - name: seldom
                on: stuck
                for: 6h
                run: [{program}]
              - name: often
                on: stuck
                for: 6h
                every: 1ms
                run: [{program}]
              - name: storm
                on: burst
                count: 3
                within: 10m
                run: [{program}, --storm]
            """);
        using WeirProcess tail = Start("--rules", rules);
        int number = 10;
        var told = System.Diagnostics.Stopwatch.StartNew();
        while (Lines.Count(line => line.StartsWith("often|", StringComparison.Ordinal)) < 4 || !Lines.Any(line => line.StartsWith("storm|", StringComparison.Ordinal)))
        {
            Assert.True(told.Elapsed < TimeSpan.FromSeconds(60), string.Join('\n', Lines));
            await AppendAsync(Topic, New(number++));
        }

        Assert.Single(Lines, line => line.StartsWith("seldom|stuck|", StringComparison.Ordinal));
        Assert.All(Lines.Where(line => line.Contains("|stuck|", StringComparison.Ordinal)), line => Assert.Contains("|0x200000401:0x1:0x0|ARCHIVE|STARTED|", line, StringComparison.Ordinal));
        string storm = Assert.Single(Lines, line => line.StartsWith("storm|burst|", StringComparison.Ordinal));
        Assert.Equal(["lab-MDT0000", "", "", "", "", "3"], storm.Split('|')[2..8]);
        await EndAsync(tail);
    }

    [Fact]
    public async Task A_webhook_is_posted_and_tried_again_when_the_receiver_is_not_ready()
    {
        await AppendAsync(Topic, New(1));
        using var receiver = new HttpListener();
        int port = FreePort();
        receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        receiver.Start();
        using WeirProcess tail = Start("--rules", Rules($"""
            rules:
              - name: failed restores
                on: failed
                actions: [RESTORE]
                post: http://127.0.0.1:{port}/hooks/hsm
            """), "--json");
        Task<List<(string Path, string? Type, string Body)>> posts = ReceiveAsync(receiver, [503, 204]);
        int number = 10;
        var told = System.Diagnostics.Stopwatch.StartNew();
        await AppendAsync(Topic, New(5, "FAILED"));
        while (!posts.IsCompleted && number < 11)
        {
            Assert.True(told.Elapsed < TimeSpan.FromSeconds(60));
            Task<string?> printed = tail.Out.ReadLineAsync(Cancellation).AsTask();
            while (!printed.IsCompleted) await AppendAsync(Topic, New(number, "FAILED", "RESTORE", type: "UPDATE"), New(number, "WAITING", "RESTORE", type: "UPDATE"));
            number++;
            Assert.Contains("\"mdt\":\"lab-MDT0000\"", await printed, StringComparison.Ordinal);
        }

        List<(string Path, string? Type, string Body)> all = await posts.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.All(all, post => Assert.Equal(("/hooks/hsm", "application/cloudevents+json; charset=utf-8"), (post.Path, post.Type)));
        Assert.Equal(all[0].Body, all[1].Body);
        using JsonDocument cloudEvent = JsonDocument.Parse(all[0].Body);
        Assert.Equal("1.0", cloudEvent.RootElement.GetProperty("specversion").GetString());
        Assert.Equal("0x200000401:0xa:0x0", cloudEvent.RootElement.GetProperty("data").GetProperty("fid").GetString());
        await EndAsync(tail);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<List<(string Path, string? Type, string Body)>> ReceiveAsync(HttpListener receiver, int[] answers)
    {
        List<(string, string?, string)> posts = [];
        foreach (int answer in answers)
        {
            HttpListenerContext context = await receiver.GetContextAsync();
            using var reader = new StreamReader(context.Request.InputStream);
            posts.Add((context.Request.Url!.AbsolutePath, context.Request.ContentType, await reader.ReadToEndAsync(Cancellation)));
            context.Response.StatusCode = answer;
            context.Response.Close();
        }

        return posts;
    }

    private static async Task EndAsync(WeirProcess tail)
    {
        await tail.SignalAsync("TERM");
        Assert.Equal(0, await tail.WaitForExitAsync());
        Assert.Equal("", await tail.Error.ReadToEndAsync(Cancellation));
    }

    private string[] Lines => Script.LinesOf(Hits);

    private string[] Of(int number) => [.. Lines.Where(line => line.Contains($"|0x200000401:0x{number:x}:0x0|", StringComparison.Ordinal))];

    /// <summary>Writes what it is told, one line each time.</summary>
    private string Program() => Script.Write(Root, "notify", $"""
        body=$(cat)
        printf '%s\n' "$WEIR_RULE|$WEIR_TRIGGER|$WEIR_MDT|$WEIR_FID|$WEIR_ACTION|$WEIR_STATUS|$WEIR_COOKIE|$WEIR_COUNT|$body" >> '{Hits}'
        """);

    private string Rules(string yaml)
    {
        string path = Path.Combine(Root, "rules.yaml");
        File.WriteAllText(path, yaml + "\n");
        return path;
    }

    private WeirProcess Start(params string[] words) => new($"file:{FeedDirectory}", ["hsm", "tail", .. words]);

    /// <summary>Until the process has shown that it follows: by the first of some actions that fail.</summary>
    private async Task WatchAsync(WeirProcess tail, int failing)
    {
        Task<string?> printed = tail.Out.ReadLineAsync(Cancellation).AsTask();
        while (!printed.IsCompleted) await AppendAsync(Topic, New(failing++, "FAILED"));
        Assert.StartsWith("failed: lab-MDT0000 ARCHIVE FAILED", await printed, StringComparison.Ordinal);
    }
}
