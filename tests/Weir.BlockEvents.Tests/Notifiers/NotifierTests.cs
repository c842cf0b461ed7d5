using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Notifiers;

namespace Weir.BlockEvents.Tests.Notifiers;

public sealed class NotifierTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-notify-").FullName;
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(90));

    [Fact]
    public async Task A_mail_server_is_given_the_mail()
    {
        bool isBody = false;
        await using var server = new TextPeer("220 test", line =>
        {
            if (isBody)
            {
                isBody = line != ".";
                return isBody ? null : "250 taken";
            }

            isBody = line == "DATA";
            return isBody ? "354 go on" : line == "QUIT" ? "221 bye" : "250 test";
        });
        StorageEvent one = Sample.Event();
        await new MailNotifier(new() { From = "weir@h1", To = ["ops@example.org", "b@example.org"], Server = $"127.0.0.1:{server.Port}" }).TellAsync(one, _patience.Token);
        Assert.Contains("MAIL FROM:<weir@h1>", server.Lines);
        Assert.Contains("RCPT TO:<ops@example.org>", server.Lines);
        Assert.Contains("RCPT TO:<b@example.org>", server.Lines);
        Assert.Contains($"X-Weir-Event-Id: {one.EventId}", server.Lines, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_mail_server_that_refuses_is_a_failure()
    {
        await using var server = new TextPeer("220 test", line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 later" : "250 test");
        var mail = new MailNotifier(new() { From = "weir@h1", To = ["ops@example.org"], Server = $"127.0.0.1:{server.Port}" });
        await Assert.ThrowsAsync<IOException>(() => mail.TellAsync(Sample.Event(), _patience.Token));
    }

    [Fact]
    public async Task The_program_sendmail_is_given_the_mail_and_its_failure_is_one()
    {
        string taken = Path.Combine(_directory, "taken");
        string sendmail = WriteProgram("sendmail", $"echo \"$@\" > {taken}; cat >> {taken}");
        await new MailNotifier(new() { From = "weir@h1", To = ["ops@example.org"], Sendmail = sendmail }).TellAsync(Sample.Event(), _patience.Token);
        string text = await File.ReadAllTextAsync(taken, _patience.Token);
        Assert.StartsWith("-i -f weir@h1 -- ops@example.org\nFrom: weir@h1\nTo: ops@example.org\nSubject: =?utf-8?B?", text, StringComparison.Ordinal);
        Assert.Contains("Mounted on: /data/disk1\n", text, StringComparison.Ordinal);
        // What a device calls itself cannot begin a line of its own.
        Assert.Contains("Log: I/O error, dev sdf,  sector 5\n", text, StringComparison.Ordinal);
        string broken = WriteProgram("broken", "exit 75");
        await Assert.ThrowsAsync<IOException>(() => new MailNotifier(new() { From = "a@b", To = ["c@d"], Sendmail = broken }).TellAsync(Sample.Event(), _patience.Token));
    }

    [Fact]
    public async Task A_channel_is_told_one_line()
    {
        await using var server = new TextPeer(":s NOTICE * :hello", line => line.Split(' ')[0] switch
        {
            "USER" => "PING :x\r\n:s 001 weir :welcome\r\n:s 422 weir :no motd",
            "JOIN" => ":weir JOIN #storage\r\n:s 366 weir #storage :end",
            "PING" => ":s PONG s :weir-told",
            _ => null,
        });
        await new IrcNotifier(new("127.0.0.1", server.Port, "weir", "#storage")).TellAsync(Sample.Event(), _patience.Token);
        Assert.Contains("PONG :x", server.Lines);
        Assert.Contains("PRIVMSG #storage :[Error] h1 BLK_IO_ERROR /dev/disk/by-id/wwn-1 (/data/disk1) x12: I/O error, dev sdf,  sector 5", server.Lines);
    }

    [Fact]
    public async Task A_channel_that_refuses_is_a_failure()
    {
        await using var server = new TextPeer(null, line => line.StartsWith("USER", StringComparison.Ordinal) ? ":s 433 * weir :in use" : null);
        await Assert.ThrowsAsync<IOException>(() => new IrcNotifier(new("127.0.0.1", server.Port, "weir", "#storage")).TellAsync(Sample.Event(), _patience.Token));
    }

    [Theory]
    [InlineData("204 No Content", null)]
    [InlineData("500 Broken", typeof(IOException))]
    [InlineData("429 Later", typeof(IOException))]
    [InlineData("410 Gone", typeof(NotifierRefusedException))]
    public async Task A_webhook_is_posted_a_cloud_event(string answer, Type? failure)
    {
        await using var server = new TextPeer(null, line => line.Length == 0 ? $"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n" : null);
        StorageEvent one = Sample.Event();
        var hook = new WebhookNotifier(new($"http://127.0.0.1:{server.Port}/hook"), "secret");
        if (failure is null) await hook.TellAsync(one, _patience.Token);
        else await Assert.ThrowsAsync(failure, () => hook.TellAsync(one, _patience.Token));
        hook.Dispose();
        // The body has no line end, so the peer has it when the connection ends.
        while (!server.Lines[^1].StartsWith('{')) await Task.Delay(5, _patience.Token);
        Assert.Contains("POST /hook HTTP/1.1", server.Lines);
        Assert.Contains("Authorization: Bearer secret", server.Lines);
        Assert.Contains("Content-Type: application/cloudevents+json; charset=utf-8", server.Lines);
        using JsonDocument cloudEvent = JsonDocument.Parse(server.Lines[^1]);
        Assert.Equal("io.weir.block.BLK_IO_ERROR", cloudEvent.RootElement.GetProperty("type").GetString());
        Assert.Equal(one.EventId, cloudEvent.RootElement.GetProperty("data").GetProperty("event_id").GetGuid());
    }

    [Fact]
    public async Task Programs_are_run_with_the_event_and_only_those_that_nobody_else_can_change()
    {
        string taken = Path.Combine(_directory, "taken");
        string hooks = Directory.CreateDirectory(Path.Combine(_directory, "hooks")).FullName;
        WriteProgram("hooks/10-first", $"echo \"first $WEIR_EVENT_TYPE $WEIR_SEVERITY $WEIR_DEV_PATH $WEIR_MOUNT_POINT $WEIR_COUNT\" >> {taken}; cat >> {taken}");
        WriteProgram("hooks/20-second", $"echo second >> {taken}");
        File.SetUnixFileMode(WriteProgram("hooks/15-not-a-program", $"echo no >> {taken}"), UnixFileMode.UserRead);
        await new HookNotifier(hooks).TellAsync(Sample.Event(), _patience.Token);
        string text = await File.ReadAllTextAsync(taken, _patience.Token);
        Assert.StartsWith("first BLK_IO_ERROR Error /dev/disk/by-id/wwn-1 /data/disk1 12\n{\"hostname\":\"h1\"", text, StringComparison.Ordinal);
        Assert.EndsWith("second\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("no\n", text, StringComparison.Ordinal);

        string open = WriteProgram("hooks/30-open", $"echo open >> {taken}");
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite);
        IOException refused = await Assert.ThrowsAsync<IOException>(() => new HookNotifier(hooks).TellAsync(Sample.Event(), _patience.Token));
        Assert.Contains("30-open is not run", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("open\n", await File.ReadAllTextAsync(taken, _patience.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended()
    {
        string hooks = Directory.CreateDirectory(Path.Combine(_directory, "hanging")).FullName;
        WriteProgram("hanging/10", "sleep 1000");
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new HookNotifier(hooks).TellAsync(Sample.Event(), limit.Token));
    }

    [Theory]
    [InlineData(128 * 1024)]
    [InlineData(16)]
    public async Task Journald_is_given_the_fields_of_the_original(int mostDatagramBytes)
    {
        string path = Path.Combine(_directory, "socket");
        using var journald = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        journald.Bind(new UnixDomainSocketEndPoint(path));
        StorageEvent one = Sample.Event();
        await new JournaldNotifier(path) { MostDatagramBytes = mostDatagramBytes }.TellAsync(one, _patience.Token);
        if (mostDatagramBytes == 16)
        {
            // The entry comes as a file, which this peer only sees as an empty datagram; what real journald makes of it is another test.
            Assert.Equal(0, await journald.ReceiveAsync(new byte[65536], _patience.Token));
            return;
        }

        byte[] bytes = new byte[65536];
        string text = Encoding.UTF8.GetString(bytes, 0, await journald.ReceiveAsync(bytes, _patience.Token));
        foreach (string field in (string[])["MESSAGE=I/O error, dev sdf, sector 5", "PRIORITY=3", "IS_PERIPETY=TRUE", "EVENT_TYPE=BLK_IO_ERROR", $"EVENT_ID={one.EventId}", "SUB_SYSTEM=block", "DEV_WWID=naa.1", "DEV_PATH=/dev/disk/by-id/wwn-1", "OWNERS_WWIDS=naa.1", "OWNERS_WWIDS=naa.2", "OWNERS_PATHS=/dev/sdg", "EXT_SENSE_KEY=Medium Error"])
            Assert.Contains("\n" + field + "\n", "\n" + text, StringComparison.Ordinal);
        string json = text.Split('\n').Single(line => line.StartsWith("JSON=", StringComparison.Ordinal))[5..];
        Assert.Equal(one.EventId, JsonDocument.Parse(json).RootElement.GetProperty("event_id").GetGuid());
    }

    public void Dispose()
    {
        _patience.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string WriteProgram(string name, string script)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
