using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Notifiers;

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

    private static async Task<string> OutputAsync(string program, params string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return output;
    }
}
