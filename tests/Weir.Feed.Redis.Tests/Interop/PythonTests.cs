using System.Text;
using System.Text.Json;
using Weir.Feed.Redis.Tests.Faults;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.Feed.Redis.Tests.Interop;

/// <summary>Debian's python3-redis beside Weir on one server, in the two published layouts of the HSM action stream.</summary>
public sealed class PythonTests : FaultTest
{
    private const string Module = "/usr/lib/python3/dist-packages/redis/__init__.py";

    /// <summary>Prints each entry of a stream as the tools take it: one field, JSON in it.</summary>
    private const string Reader = """
        import json, redis, sys
        r = redis.Redis(host='127.0.0.1', port=int(sys.argv[1]), db=1, decode_responses=True)
        for entry, fields in r.xrange(sys.argv[2]):
            assert list(fields) == ['data'], fields
            print(entry, json.dumps(json.loads(fields['data']), sort_keys=True))
        """;

    /// <summary>Writes what both generations write: a whole action, a beat without a fid, and a purge that maintenance made.</summary>
    private const string Writer = """
        import json, redis, sys
        r = redis.Redis(host='127.0.0.1', port=int(sys.argv[1]), db=1, decode_responses=True)
        new = dict(event_type='NEW', action='ARCHIVE', fid='0x1:0x2:0x0', status='WAITING', mdt='elm-MDT0000', cat_idx=5, rec_idx=7,
                   timestamp=1758517756, raw='lrh=[type=10680000 len=192 idx=5/7] fid=[0x1:0x2:0x0] data=[\u00e4"\\]')
        r.xadd('hsm:actions', {'data': json.dumps(new)})
        r.xadd('hsm:actions', {'data': json.dumps(dict(event_type='HEARTBEAT', mdt='elm-MDT0000', cat_idx=5, rec_idx=7, timestamp=1758517956))})
        p = r.pipeline()
        p.xadd('hsm:actions:elm-MDT0001', {'data': json.dumps(dict(new, mdt='elm-MDT0001', action_key='0x1:0x2:0x0:ARCHIVE'))})
        p.xadd('hsm:actions:elm-MDT0001', {'data': json.dumps(dict(event_type='PURGED', mdt='elm-MDT0001', action_key='0x1:0x2:0x0:ARCHIVE',
                                                                    status='PURGED', timestamp=1758517999, source='maintenance'))})
        p.execute()
        """;

    [Theory]
    [InlineData("hsm:actions")]
    [InlineData("hsm:actions:elm-MDT0000")]
    public async Task The_tools_find_one_field_with_the_event_in_what_Weir_ships(string topic)
    {
        await using RedisServer redis = await StartAsync();
        await using RedisEngine engine = Open(redis.Url + "/1");
        string[] events =
        [
            """{"event_type":"NEW","action":"ARCHIVE","fid":"0x1:0x2:0x0","status":"WAITING","mdt":"elm-MDT0000","cat_idx":5,"rec_idx":7,"timestamp":1758517756,"raw":"ä\"\\","cookie":"0x6912db05"}""",
            """{"event_type":"HEARTBEAT","mdt":"elm-MDT0000","cat_idx":5,"rec_idx":7,"timestamp":1758517956,"fid":"0x1:0x2:0x0","action":"ARCHIVE"}""",
        ];
        var own = new RecordBatch();
        own.Add(new(1758517756000, 3), "NEW"u8, "elm-MDT0000"u8, "0x1:0x2:0x0"u8, Encoding.UTF8.GetBytes(events[0]));
        await engine.AppendAsync(topic, own, default, Cancellation);
        await engine.AppendAsync(topic, Given(events[1]), default, Cancellation);

        string[] lines = (await RedisServer.RunAsync("/usr/bin/python3", ["-c", Reader, $"{redis.Port}", topic])).Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("1758517756000-3 ", lines[0]);
        for (int i = 0; i < 2; i++)
        {
            using JsonDocument found = JsonDocument.Parse(lines[i][(lines[i].IndexOf(' ') + 1)..]);
            using JsonDocument shipped = JsonDocument.Parse(events[i]);
            Assert.True(JsonElement.DeepEquals(shipped.RootElement, found.RootElement), lines[i]);
        }
    }

    [Fact]
    public async Task Weir_reads_what_the_tools_of_both_generations_write()
    {
        await using RedisServer redis = await StartAsync();
        await RedisServer.RunAsync("/usr/bin/python3", ["-c", Writer, $"{redis.Port}"]);
        await using RedisEngine engine = Open(redis.Url + "/1");
        Assert.Equal(["hsm:actions", "hsm:actions:elm-MDT0001"], await engine.ListTopicsAsync("hsm:actions", Cancellation));
        Assert.Equal(["NEW elm-MDT0000 0x1:0x2:0x0 5/7", "HEARTBEAT elm-MDT0000  5/7"], await SummariesAsync(engine, "hsm:actions"));
        Assert.Equal(["NEW elm-MDT0001 0x1:0x2:0x0 5/7", "PURGED elm-MDT0001  -/-"], await SummariesAsync(engine, "hsm:actions:elm-MDT0001"));
    }

    private static async Task<RedisServer> StartAsync()
    {
        if (!File.Exists(Module)) Assert.Skip("The Python module redis is not installed (Debian: apt-get install python3-redis).");
        return await RedisServer.StartAsync();
    }

    private static async Task<List<string>> SummariesAsync(RedisEngine engine, string topic)
    {
        var summaries = new List<string>();
        foreach (string data in await ReadAsync(engine, topic))
        {
            using JsonDocument json = JsonDocument.Parse(data);
            string Index(string name) => json.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetRawText() : "-";
            summaries.Add($"{Index("cat_idx")}/{Index("rec_idx")}");
        }

        await using ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero);
        int i = 0;
        while (await cursor.ReadAsync(Cancellation) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
            {
                summaries[i] = $"{Encoding.UTF8.GetString(record.Type)} {Encoding.UTF8.GetString(record.Source)} {Encoding.UTF8.GetString(record.Subject)} {summaries[i]}";
                i++;
            }
        }

        return summaries;
    }
}
