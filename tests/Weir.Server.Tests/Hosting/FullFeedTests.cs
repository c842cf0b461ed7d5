using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Server.Hosting;

namespace Weir.Server.Tests.Hosting;

/// <summary>A feed without room: its sources are held back first, and what they could not see is told as a gap. Nothing is lost in silence.</summary>
public sealed class FullFeedTests
{
    private const string Line =
        "lrh=[type=10680000 len=136 idx=1/1] fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x1:0x0] compound/cookie=0x0/0x1 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status=WAITING data=[]\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_shipper_waits_says_so_and_tells_a_gap_before_it_goes_on_as_if_nothing_were_missing()
    {
        await using var daemon = new TestDaemon { FeedLines = "  max_bytes: 1M\n" };
        string actions = Path.Combine(daemon.Directory, "mdt", "fs-MDT0000", "hsm");
        Directory.CreateDirectory(actions);
        await File.WriteAllTextAsync(Path.Combine(actions, "actions"), Line, Token);
        daemon.More = $"hsm:\n  actions: {daemon.Directory}/mdt/*-MDT????/hsm/actions\n  poll_interval: 100ms\n";

        // Another process has filled it.
        await using var other = new LogEngine(new() { Directory = daemon.Feed });
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 1_200_000)}}"}"""));
        await other.AppendAsync("ballast", batch, default, Token);
        await daemon.StartAsync();
        while (Shipper(daemon).State != RoleState.Degraded) await Task.Delay(10, Token);
        Assert.Contains("No room", Shipper(daemon).Problem, StringComparison.Ordinal);
        DateTimeOffset held = DateTimeOffset.UtcNow;
        while (DateTimeOffset.UtcNow - held < TimeSpan.FromMilliseconds(300)) await Task.Delay(10, Token);
        await other.DeleteTopicAsync("ballast", Token);

        JsonElement gap = default;
        while (gap.ValueKind == JsonValueKind.Undefined)
        {
            await Task.Delay(10, Token);
            await using ITopicCursor cursor = other.OpenCursor("feed:events", RecordId.Zero);
            foreach (RecordView record in await cursor.ReadAsync(Token))
            {
                if (record.Type.SequenceEqual("GAP"u8)) gap = JsonDocument.Parse(record.Data.ToArray()).RootElement;
            }
        }

        Assert.Equal(("hsm:actions:*", "shipper"), (gap.GetProperty("topic").GetString(), gap.GetProperty("source").GetString()));
        Assert.True(gap.GetProperty("from").GetDateTimeOffset() < gap.GetProperty("to").GetDateTimeOffset());
        Assert.Equal(1, (await other.DescribeAsync("hsm:actions:fs-MDT0000", Token))!.Count);
        while (Shipper(daemon).State != RoleState.Running) await Task.Delay(10, Token);
    }

    private static RoleStatus Shipper(TestDaemon daemon) => daemon.Daemon!.Statuses.Single(role => role.Name == "shipper");
}
