using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Weir.Cli.Tests.Processes;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.EndToEnd.Tests.Serving;

/// <summary>Programs that are not ours follow a live topic: curl, Python, cat.</summary>
public sealed class FollowingTests : IAsyncDisposable
{
    private const int Records = 20;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-follow-");
    private readonly LogEngine _feed;
    private readonly RecordBatch _batch = new();

    public FollowingTests()
    {
        // Users who are not root come this way to the socket.
        File.SetUnixFileMode(_directory.FullName, File.GetUnixFileMode(_directory.FullName) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        _feed = new(new() { Directory = Path.Combine(_directory.FullName, "feed") });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _feed.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Curl_follows_a_topic_by_server_sent_events_and_goes_on_where_it_was()
    {
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName);
        using Process curl = Start("curl", "-sN", $"{daemon.Address}v1/feeds/topics/live/stream?from=first");
        await AppendAsync(0, Records);
        string lastId = "";
        for (int read = 0; read < Records;)
        {
            string line = await ReadLineAsync(curl) ?? throw new InvalidOperationException("curl ended");
            if (line.StartsWith("id: ", StringComparison.Ordinal)) lastId = line[4..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            using JsonDocument found = JsonDocument.Parse(line[6..]);
            Assert.Equal("1.0", found.RootElement.GetProperty("specversion").GetString());
            Assert.Equal(read++, found.RootElement.GetProperty("data").GetProperty("n").GetInt32());
        }

        curl.Kill();
        await AppendAsync(Records, 1);
        using Process again = Start("curl", "-sN", "-H", $"Last-Event-ID: {lastId}", $"{daemon.Address}v1/feeds/topics/live/stream");
        string? next;
        do next = await ReadLineAsync(again);
        while (next is not null && !next.StartsWith("data: ", StringComparison.Ordinal));
        Assert.Contains($"\"n\":{Records}", next, StringComparison.Ordinal);
        again.Kill();
    }

    [Fact]
    public async Task Curl_waits_by_long_poll_for_what_comes()
    {
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName);
        RecordId there = await AppendAsync(0, 1);
        using Process curl = Start("curl", "-s", $"{daemon.Address}v1/feeds/topics/live/records?after={there}&wait=60s");
        await AppendAsync(1, 1);
        string answer = await curl.StandardOutput.ReadToEndAsync(Token);
        using JsonDocument events = JsonDocument.Parse(answer);
        Assert.Equal(1, Assert.Single(events.RootElement.EnumerateArray()).GetProperty("data").GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task A_Python_client_of_twenty_lines_follows_a_topic_by_the_socket()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "python3 is not installed");
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName);
        string program = Path.Combine(AppContext.BaseDirectory, "client.py");
        Assert.InRange(File.ReadLines(program).Count(line => line.Length > 0 && line[0] != '#'), 1, 20);
        using Process python = Start("/usr/bin/python3", program, daemon.SocketPath, "python", "live", $"{Records}");
        for (int i = 0; i < Records; i++)
        {
            await AppendAsync(i, 1);
            Assert.Equal($$"""{"n": {{i}}}""", await ReadLineAsync(python));
        }

        await python.WaitForExitAsync(Token);
        Assert.Equal(0, python.ExitCode);
    }

    [Fact]
    public async Task Cat_follows_a_topic_by_a_FIFO_and_the_next_cat_gets_what_the_first_did_not()
    {
        string fifo = Path.Combine(_directory.FullName, "fifo");
        await AppendAsync(0, 1);
        using var pipe = new WeirProcess($"file:{_directory.FullName}/feed", "feed", "pipe", "live", fifo, "--from", "first");
        while (!File.Exists(fifo)) await Task.Delay(10, Token);
        using (Process cat = Start("cat", fifo))
        {
            Assert.Contains("\"n\":0", await ReadLineAsync(cat), StringComparison.Ordinal);
            await AppendAsync(1, 1);
            Assert.Contains("\"n\":1", await ReadLineAsync(cat), StringComparison.Ordinal);
            // It has left the pipe, and so it is acknowledged.
            while (await PositionAsync($"pipe:{fifo}") < _last) await Task.Delay(10, Token);
            cat.Kill();
            await cat.WaitForExitAsync(Token);
        }

        // Without a reader everything is kept.
        await AppendAsync(2, 3);
        Process next = Start("cat", fifo);
        try
        {
            // One that comes while the pipe lets go of the one before ends at once and has nothing; it is started again, as scripts do.
            string? line;
            while ((line = await ReadLineAsync(next)) is null)
            {
                next.Dispose();
                next = Start("cat", fifo);
            }

            Assert.Contains("\"n\":2", line, StringComparison.Ordinal);
            for (int i = 3; i < 5; i++) Assert.Contains($"\"n\":{i}", await ReadLineAsync(next), StringComparison.Ordinal);
        }
        finally
        {
            next.Dispose();
        }

        await pipe.SignalAsync("TERM");
        Assert.Equal(0, await pipe.WaitForExitAsync());
    }

    [Fact]
    public async Task A_user_sees_his_own_records_and_nothing_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "this test changes users, which only root can");
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName);
        foreach (string data in (string[])["""{"uid":1001,"n":1}""", """{"uid":1002,"n":2}""", """{"n":3}""", """{"uid":"1001","n":4}""", """{"uid":[1001],"n":5}""", """{"x":{"uid":1001},"n":6}""", """{"uid":10010,"n":7}"""])
        {
            _batch.Clear();
            _batch.Add("T"u8, ""u8, "/secret/of/somebody"u8, Encoding.UTF8.GetBytes(data));
            await _feed.AppendAsync("shared", _batch, default, Token);
        }

        await AppendAsync(0, 1);
        const string everything = """{"topics":["*"],"from":"first","once":true}""";
        Assert.Equal(new[] { 1, 4 }, await AskAsUserAsync(daemon, 1001, everything));
        Assert.Equal(new[] { 2 }, await AskAsUserAsync(daemon, 1002, everything));
        Assert.Empty(await AskAsUserAsync(daemon, 1003, everything));
        Assert.Equal(new[] { 1 }, await AskAsUserAsync(daemon, 1001, """{"topics":["*"],"from":"first","once":true,"filter":"data.n=1,2,3"}"""));
        string refused = await TalkAsUserAsync(daemon, 1001, """{"consumer":"mine","topics":["shared"]}""");
        Assert.Contains("forbidden", refused, StringComparison.Ordinal);
        string forged = await TalkAsUserAsync(daemon, 1001, """{"topics":["*"],"from":"first","once":true,"filter":"uid=1002"}""");
        Assert.DoesNotContain("specversion", forged, StringComparison.Ordinal);
        Assert.Equal(8, (await TalkAsUserAsync(daemon, 0, """{"topics":["shared","live"],"from":"first","once":true}""")).Split("specversion").Length - 1);
    }

    [Fact]
    public async Task Who_is_of_the_group_by_any_of_his_groups_sees_all_and_may_be_a_consumer()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "this test changes users, which only root can");
        const int group = 54321;
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName, new Dictionary<string, string> { ["WEIR__FEEDS__GROUP"] = $"{group}" });
        await AppendAsync(0, 2);
        const string everything = """{"topics":["live"],"from":"first","once":true}""";
        Assert.Equal(new[] { 0, 1 }, await AskAsUserAsync(daemon, 1001, everything, "--regid=1001", $"--groups=7,{group},9"));
        Assert.Equal(new[] { 0, 1 }, await AskAsUserAsync(daemon, 1001, everything, $"--regid={group}", "--clear-groups"));
        Assert.Empty(await AskAsUserAsync(daemon, 1001, everything, "--regid=1001", "--groups=7,9"));
        // More groups than most have.
        Assert.Equal(new[] { 0, 1 }, await AskAsUserAsync(daemon, 1001, everything, "--regid=1001", $"--groups={string.Join(',', Enumerable.Range(2000, 300))},{group}"));
        // A consumer of somebody else's: he is let in to the point where it turns out that there is none.
        Assert.Contains("not_found", await TalkAsUserAsync(daemon, 1001, """{"consumer":"mine"}""", "--regid=1001", $"--groups={group}"), StringComparison.Ordinal);
        Assert.Contains("forbidden", await TalkAsUserAsync(daemon, 1001, """{"consumer":"mine"}""", "--regid=1001", "--clear-groups"), StringComparison.Ordinal);
    }

    private RecordId _last;

    private static Process Start(string program, params string[] words) =>
        Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;

    private static async Task<string?> ReadLineAsync(Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        return await process.StandardOutput.ReadLineAsync(limit.Token);
    }

    private static async Task<int[]> AskAsUserAsync(ServeProcess daemon, int user, string request, params string[] groups)
    {
        string said = await TalkAsUserAsync(daemon, user, request, groups);
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("data", out _))
            .Select(line => line.GetProperty("data").GetProperty("n").GetInt32())];
    }

    private static async Task<string> TalkAsUserAsync(ServeProcess daemon, int user, string request, params string[] groups)
    {
        if (groups.Length == 0) groups = [$"--regid={user}", "--clear-groups"];
        const string talk = "import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\ns.sendall((sys.argv[2]+'\\n').encode())\nwhile True:\n b=s.recv(65536)\n if not b: break\n sys.stdout.write(b.decode())";
        using Process python = Start("setpriv", [$"--reuid={user}", .. groups, "/usr/bin/python3", "-c", talk, daemon.SocketPath, request]);
        string said = await python.StandardOutput.ReadToEndAsync(Token);
        string wrong = await python.StandardError.ReadToEndAsync(Token);
        await python.WaitForExitAsync(Token);
        Assert.True(python.ExitCode == 0, wrong);
        return said;
    }

    private async Task<RecordId> AppendAsync(int from, int count)
    {
        _batch.Clear();
        for (int i = from; i < from + count; i++) _batch.Add("T"u8, ""u8, ""u8, Encoding.UTF8.GetBytes($$"""{"n":{{i}}}"""));
        return _last = await _feed.AppendAsync("live", _batch, default, Token);
    }

    private async Task<RecordId> PositionAsync(string consumer) => await _feed.ReadPositionAsync("live", consumer, Token) ?? RecordId.Zero;
}
