using System.Diagnostics.Metrics;

namespace Weir.Coordinator.Tests.Server;

public sealed class MetricsTests
{
    [Fact]
    public async Task What_waits_runs_and_ends_is_measured()
    {
        await using TestServer server = await TestServer.StartAsync();
        var measured = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (ReferenceEquals(instrument.Meter, server.Server.Metrics.Meter)) all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(measured, instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(measured, instrument, value, tags));
        listener.Start();

        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.AskAsync(Items.Queue(Items.Archive(1, timestamp: 0), Items.Restore(2)), "{\"command\": \"queue\", \"enqueued\": 2}");
        await server.AdvanceAsync(TimeSpan.FromSeconds(10));
        await agent.SendAsync("{\"command\":\"recv\",\"max_restore\":0}");
        await agent.ReadAsync();
        await server.AdvanceAsync(TimeSpan.FromSeconds(5));
        listener.RecordObservableInstruments();
        await agent.AskAsync(Items.Done(1), "{\"command\": \"done\"}");
        Assert.Contains("weir_coordinator_queue_seconds action=ARCHIVE 10", measured);
        Assert.Contains("weir_coordinator_sent_total agent=n0 action=ARCHIVE 1", measured);
        Assert.Contains("weir_coordinator_queued class=default action=RESTORE 1", measured);
        Assert.Contains("weir_coordinator_oldest_seconds class=default action=RESTORE 15", measured);
        Assert.Contains("weir_coordinator_running agent=n0 action=ARCHIVE 1", measured);
        Assert.Contains("weir_coordinator_transfer_seconds action=ARCHIVE 5", measured);
    }

    private static void Note<T>(List<string> measured, Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = $"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))} {value}";
        lock (measured) measured.Add(text);
    }
}
