using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Tests.Topology;
using Weir.BlockEvents.Topology;
using Weir.Feed.Log;
using Weir.Lab.Time;

namespace Weir.BlockEvents.Tests.Pipeline;

/// <summary>However the lines lie in pages, each is counted in one event.</summary>
public sealed class CountTests
{
    private const int LineCount = 600;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    [InlineData(LineCount)]
    public async Task The_events_counts_are_the_lines_whatever_the_pages_are(int linesAtATime)
    {
        using var tree = new SysfsTree();
        await using var pipeline = new TestPipeline(new TopologyTracker(new(tree.Root)));
        LogEngine feed = pipeline.OpenEngine();
        foreach (int[] piece in Enumerable.Range(0, LineCount).Chunk(linesAtATime)) await TestPipeline.CollectAsync(feed, Lines(piece), 1_000_000);
        await pipeline.MakeAsync(feed);
        IReadOnlyList<StorageEvent> events = await TestPipeline.EventsOfAsync(feed);
        Assert.Equal([(LineCount / 2, "BLK_IO_ERROR"), (LineCount / 2, "FS_ERROR")], events.Where(one => one.EventType is "BLK_IO_ERROR" or "FS_ERROR")
            .GroupBy(one => one.EventType).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => ((int)group.Sum(one => one.Count), group.Key)));
    }

    [Fact]
    public async Task Lines_of_one_failure_are_counted_once_whatever_the_pages_are()
    {
        // Sense, I/O errors and errors above them of eight disks, in any order, up to 20 ms apart.
        var random = new Random(5);
        var at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string[] lines = [.. Enumerable.Range(0, LineCount).Select(i =>
        {
            char disk = (char)('a' + random.Next(8));
            string what = random.Next(4) switch
            {
                0 => $"sd 6:0:0:0: [sd{disk}] tag#{i} Sense Key : Medium Error [current]",
                1 => $"EXT4-fs error (device sd{disk}1): f:1: inode #{i}: comm ls: bad",
                _ => $"I/O error, dev sd{disk}, sector {i} op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0",
            };
            return Line(at = at.AddMilliseconds(random.Next(20)), what);
        })];
        string?[] counts = [.. await Task.WhenAll(new[] { 1, 7, 200, LineCount }.Select(piece => CountsAsync(lines, piece)))];
        Assert.NotEmpty(counts[0]!);
        Assert.All(counts, one => Assert.Equal(counts[0], one));
    }

    /// <summary>How often what happened, by a clock that stands still: only the lines' own times decide which of them are of one failure.</summary>
    private static async Task<string> CountsAsync(string[] lines, int linesAtATime)
    {
        using var tree = new SysfsTree();
        await using var pipeline = new TestPipeline(new TopologyTracker(new(tree.Root)));
        LogEngine feed = pipeline.OpenEngine();
        foreach (string[] piece in lines.Chunk(linesAtATime)) await TestPipeline.CollectAsync(feed, string.Concat(piece), 1_000_000);
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));
        var maker = new EventMaker(feed, RuleSet.BuiltIn, new TopologyTracker(new(tree.Root)), new() { Hostname = "here", Time = time }, NullLogger.Instance);
        await maker.RunAsync(Task.CompletedTask, null, TestContext.Current.CancellationToken);
        IReadOnlyList<StorageEvent> events = await TestPipeline.EventsOfAsync(feed);
        return string.Join(", ", events.Where(one => one.EventType != "DEVICE_DEGRADED").GroupBy(one => (one.EventType, one.KernelDevice)).Select(group => $"{group.Key}: {group.Sum(one => one.Count)}").Order(StringComparer.Ordinal));
    }

    private static string Line(DateTime time, string what) => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 h1 kernel: {what}\n");

    private static string Lines(IEnumerable<int> numbers)
    {
        var text = new StringBuilder();
        foreach (int i in numbers)
        {
            // Two disks, a line each three seconds: each is a failure of its own, and over and over a repeat is due.
            string what = i % 2 == 0 ? $"I/O error, dev sda, sector {i} op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0" : $"EXT4-fs error (device sdb1): f:1: inode #{i}: comm ls: bad";
            text.Append(Line(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(3 * i), what));
        }

        return text.ToString();
    }
}
