using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>What tests with broken servers have in common.</summary>
public abstract class FaultTest
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static RedisEngine Open(string url, double patience = 20, double reply = 10, ILogger? logger = null) => new(new()
    {
        Url = RedisUrl.Parse(url),
        Patience = TimeSpan.FromSeconds(patience),
        ReplyTimeout = TimeSpan.FromSeconds(reply),
        Logger = logger ?? NullLogger.Instance,
    });

    /// <summary>Records with ids from-0 to (from + count - 1)-0 and their number as data.</summary>
    protected static RecordBatch Own(int from, int count, int bytes = 0)
    {
        var batch = new RecordBatch();
        for (int i = from; i < from + count; i++)
            batch.Add(new((ulong)i, 0), "T"u8, "source"u8, "subject"u8, Encoding.UTF8.GetBytes($"{i}".PadLeft(bytes)));
        return batch;
    }

    protected static RecordBatch Given(params string[] data)
    {
        var batch = new RecordBatch();
        foreach (string text in data) batch.Add("T"u8, "source"u8, "subject"u8, Encoding.UTF8.GetBytes(text));
        return batch;
    }

    protected static async Task<List<string>> ReadAsync(IFeedEngine engine, string topic, RecordId after = default)
    {
        await using ITopicCursor cursor = engine.OpenCursor(topic, after);
        return await ReadAsync(cursor);
    }

    protected static async Task<List<string>> ReadAsync(ITopicCursor cursor)
    {
        var data = new List<string>();
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(Cancellation);
            if (page.IsEmpty) return data;
            foreach (RecordView record in page) data.Add(Encoding.UTF8.GetString(record.Data).Trim());
        }
    }

    protected static IEnumerable<string> Numbers(int from, int count) => Enumerable.Range(from, count).Select(i => $"{i}");

    protected static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition()) return;
            }
            catch (FeedException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
            {
                // Not yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "It has not come true within 30 s.");
            await Task.Delay(5, Cancellation);
        }
    }
}
