using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Collectors.Journal;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Notifiers;
using Weir.BlockEvents.Tests.Collectors;

namespace Weir.EndToEnd.Tests.Events;

/// <summary>systemd's own journald, as a place for events and as a source of lines.</summary>
public sealed class RealJournaldTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_too_large_for_a_datagram_is_stored_whole()
    {
        Assert.SkipWhen(RealJournald.WhyNot() is not null, RealJournald.WhyNot() ?? "");
        using RealJournald journald = await RealJournald.StartAsync(Token);
        StorageEvent one = new()
        {
            Hostname = "h1",
            Severity = Severity.Critical,
            SubSystem = "block",
            Timestamp = DateTimeOffset.UnixEpoch,
            EventId = Guid.NewGuid(),
            EventType = "BLK_IO_ERROR",
            Message = "first line\nsecond line",
            RawMessage = "x",
            Extension = ImmutableSortedDictionary<string, string>.Empty.Add("long", new string('l', 300_000)),
        };
        await new JournaldNotifier(journald.Socket).TellAsync(one, Token);
        string stored = "";
        for (var waited = Stopwatch.StartNew(); stored.Length == 0 && waited.Elapsed < Patience;)
            stored = await OutputAsync("journalctl", "--directory", journald.Journal, "-o", "json", "--all", "-q", "--no-pager", "IS_PERIPETY=TRUE", $"EVENT_ID={one.EventId}");
        using JsonDocument entry = JsonDocument.Parse(stored);
        Assert.Equal("first line\nsecond line", entry.RootElement.GetProperty("MESSAGE").GetString());
        Assert.Equal("2", entry.RootElement.GetProperty("PRIORITY").GetString());
        Assert.Equal(300_000, entry.RootElement.GetProperty("EXT_LONG").GetString()!.Length);
        Assert.Equal(Encoding.UTF8.GetString(StorageEventWriter.ToUtf8(one)), entry.RootElement.GetProperty("JSON").GetString());
    }

    [Fact]
    public async Task Rotation_costs_no_line_and_repeats_none()
    {
        Assert.SkipWhen(RealJournald.WhyNot() is not null, RealJournald.WhyNot() ?? "");
        using RealJournald journald = await RealJournald.StartAsync(Token);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(journald.Socket), Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Patience);
        string cursor = "";
        var expected = new List<string>();
        var seen = new List<string>();
        // The second round goes on behind the cursor of the first.
        for (int round = 0; round < 2; round++)
        {
            using var source = new JournalSource(new() { Directories = [journald.Journal], FromEnd = true, Cursor = cursor }, NullLogger.Instance);
            var lines = new LineList().ReadAll(source);
            for (int i = 0; i < 4; i++)
            {
                int before = Directory.GetFiles(journald.Journal, "*.journal", SearchOption.AllDirectories).Length;
                for (int j = 0; j < 20; j++)
                {
                    expected.Add($"weir-test {round} {i} {j}");
                    await socket.SendAsync(Encoding.UTF8.GetBytes($"MESSAGE={expected[^1]}\nPRIORITY=3\n"), Token);
                }

                await journald.RotateAsync(Token);
                // What comes at the same time as the rotation may stand in either file.
                for (int j = 20; j < 40; j++)
                {
                    expected.Add($"weir-test {round} {i} {j}");
                    await socket.SendAsync(Encoding.UTF8.GetBytes($"MESSAGE={expected[^1]}\nPRIORITY=3\n"), Token);
                }

                while (Directory.GetFiles(journald.Journal, "*.journal", SearchOption.AllDirectories).Length <= before) await Task.Delay(20, patience.Token);
                // One rotation is followed as it comes, the next two are found together.
                if (i % 2 == 0) await FollowAsync(source, lines);
            }

            await FollowAsync(source, lines);
            seen.AddRange(Own(lines));
            cursor = source.Cursor;
        }

        Assert.Equal(expected, seen);

        async Task FollowAsync(JournalSource source, LineList lines)
        {
            lines.ReadAll(source);
            while (seen.Count + Own(lines).Count() < expected.Count)
            {
                await source.WaitAsync(patience.Token);
                lines.ReadAll(source);
            }
        }

        static IEnumerable<string> Own(LineList lines) => lines.Texts.Where(text => text.StartsWith("weir-test ", StringComparison.Ordinal));
    }

    private static async Task<string> OutputAsync(string program, params string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return output;
    }
}
