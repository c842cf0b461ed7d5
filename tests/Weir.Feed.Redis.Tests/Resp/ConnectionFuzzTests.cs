using System.Diagnostics;
using System.Text;
using Weir.Feed.Redis.Appending;
using Weir.Feed.Redis.Reading;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Tests.Resp;

/// <summary>
/// Whatever bytes arrive on a connection, every request ends with an outcome or with a failure that says why. A second here, ten minutes with
/// WEIR_TEST_LONG=1; a failure names the seed that repeats it.
/// </summary>
public sealed class ConnectionFuzzTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1";
    private static readonly TopicTarget Plain = new("t", false, 0, TimeSpan.Zero);
    private static readonly TopicTarget Replicated = new("hsm:actions:x", true, 1, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Every_request_ends_whatever_a_server_answers()
    {
        TimeSpan duration = IsLong ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(1);
        int first = IsLong ? Environment.TickCount & 0x3fff_ffff : 0;
        long started = Stopwatch.GetTimestamp();
        int seed = first;
        (long answered, long failed) = (0, 0);
        for (; Stopwatch.GetElapsedTime(started) < duration || seed < first + 200; seed++)
        {
            try
            {
                (int good, int bad) = await RunAsync(seed);
                answered += good;
                failed += bad;
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}: {other}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {first} to {seed - 1}: {answered} requests were answered, {failed} failed");
        Assert.True(answered > 100 && failed > 100, $"{answered} answered, {failed} failed");
    }

    private static async Task<(int Answered, int Failed)> RunAsync(int seed)
    {
        var random = new Random(seed);
        var replies = new FuzzedReplies(random);
        var requests = new List<(RespRequest Request, Func<Task> Outcome)>();
        var answer = new List<byte>();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            if (random.Next(10) == 0) answer.AddRange(">2\r\n+invalidate\r\n+x\r\n"u8);
            if (random.Next(10) == 0) answer.AddRange("|1\r\n+ttl\r\n:3\r\n"u8);
            answer.AddRange(Add(requests, replies, random));
        }

        byte[] sent = [.. answer];
        if (random.Next(6) > 0) sent = replies.Mutate(sent);
        var stream = new ScriptedStream(sent, random);
        (int answered, int failed) = (0, 0);
        await using (var connection = new RespConnection(stream, "server", new RespOptions { Limits = new RespLimits { MaxReplyBytes = 1024 * 1024 } }))
        {
            foreach ((RespRequest request, _) in requests) connection.Post(request);
            stream.Begin();
            foreach ((_, Func<Task> outcome) in requests)
            {
                try
                {
                    await outcome().WaitAsync(TimeSpan.FromSeconds(60));
                    answered++;
                }
                catch (IOException)
                {
                    failed++; // Refused, broken or lost: each is said.
                }
            }
        }

        foreach ((RespRequest request, _) in requests) request.Dispose();
        return (answered, failed);
    }

    /// <summary>Adds a request; returns what a server would answer.</summary>
    private static byte[] Add(List<(RespRequest Request, Func<Task> Outcome)> requests, FuzzedReplies replies, Random random)
    {
        int count = random.Next(2, 40);
        TopicTarget target = random.Next(2) == 0 ? Plain : Replicated;
        byte[] waited = target.WaitReplicas > 0 ? ":1\r\n"u8.ToArray() : [];
        switch (random.Next(5))
        {
            case 0:
                RespCall call = RespCall.Create("XINFO", "STREAM", "t");
                requests.Add((call, () => call.Outcome));
                return replies.Any();
            case 1:
                var page = PageRequest.Create("t", new(5, 0), 10, new FrameBuffer());
                requests.Add((page, async () => Check(await page.Outcome)));
                return replies.Page(5);
            case 2:
                var watched = WatchedAppend.Create(target, Frames(count), count, new(1, 0));
                requests.Add((watched, () => watched.Outcome));
                return [.. replies.Transaction(3, count), .. waited];
            case 3:
                var transaction = TransactionAppend.Create(target, Frames(count), count);
                requests.Add((transaction, () => transaction.Outcome));
                return [.. replies.Transaction(1, count), .. waited];
            default:
                var script = ScriptedAppend.Create(target, Frames(count), count, hasOwnIds: true, null);
                requests.Add((script, () => script.Outcome));
                return [.. random.Next(3) == 0 ? replies.Any() : "$3\r\n9-0\r\n"u8.ToArray(), .. waited];
        }
    }

    private static ReadOnlyMemory<byte> Frames(int count)
    {
        var batch = new RecordBatch();
        for (int i = 1; i <= count; i++) batch.Add(new((ulong)i, 0), "T"u8, "s"u8, "x"u8, Encoding.UTF8.GetBytes($"{i}"));
        return batch.FrameMemory;
    }

    /// <summary>What was read is whole records with rising ids.</summary>
    private static void Check(PageRequest page)
    {
        RecordId last = RecordId.Zero;
        int count = 0;
        foreach (RecordView record in new RecordPage(page.Buffer.Frames, page.Buffer.Count, null))
        {
            Assert.True(record.Id > last && record.Id >= new RecordId(5, 0), $"{record.Id} behind {last}");
            Assert.True(record.Type.Length + record.Source.Length + record.Subject.Length + record.Data.Length <= page.Buffer.Length);
            last = record.Id;
            count++;
        }

        Assert.Equal(page.Buffer.Count, count);
    }
}
