using System.Globalization;
using Weir.Lab.Drives;
using Weir.Lab.Scenarios;
using Weir.Lab.Time;

namespace Weir.Lab.Tests.Scenarios;

public sealed class DriveScenarioTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-lab-drives-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_damage_is_found_and_undone_and_what_is_beyond_repair_is_named(int seed)
    {
        DriveReport report = await new DriveScenario(Path.Combine(_directory, "drives"), seed).RunAsync(TestContext.Current.CancellationToken);
        Assert.Empty(report.Failures);
        Assert.All(report.Troubles, trouble => Assert.Equal((trouble.What, trouble.Done), (trouble.What, trouble.Found)));
        Assert.All(report.Troubles, trouble => Assert.Equal(trouble.What == "beyond repair" ? 0 : trouble.Done, trouble.Repaired));
        string[] kinds = [.. report.Troubles.Select(trouble => trouble.What)];
        Assert.Superset(new HashSet<string>(["lost drive", "flipped bit", "cut by one byte", "exchanged shards", "stale version", "missing metadata", "beyond repair"]), new HashSet<string>(kinds));
        Assert.Equal(LoopFileSystem.WhyNot("ext4"), report.WithoutFailingDrive);
        Assert.Equal(report.WithoutFailingDrive is null, kinds.Contains("drive that fails (EIO)"));
        using var summary = new StringWriter(CultureInfo.InvariantCulture);
        report.WriteTo(summary);
        Assert.EndsWith("no difference" + Environment.NewLine, summary.ToString(), StringComparison.Ordinal);
        // Nothing is left mounted.
        Assert.DoesNotContain(_directory, await File.ReadAllTextAsync("/proc/self/mounts", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_stage_damage_is_done_found_and_repaired_in_turn()
    {
        var time = new ManualTimeProvider(DateTimeOffset.UnixEpoch.AddYears(55));
        var stage = new DriveStage(Path.Combine(_directory, "drives"), 5, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task playing = stage.RunAsync(stop.Token);
        var seen = new HashSet<string>();
        while (seen.Count(status => status.EndsWith("; repaired", StringComparison.Ordinal)) < 4)
        {
            if (playing.IsCompleted) await playing;
            if (stage.Status is { } status) seen.Add(status);
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        Assert.Contains(seen, status => status.EndsWith("; at-limit", StringComparison.Ordinal) || status.EndsWith("; degraded", StringComparison.Ordinal));
        Assert.All(seen, status => Assert.StartsWith("Drives: 6, ", status, StringComparison.Ordinal));
    }
}
