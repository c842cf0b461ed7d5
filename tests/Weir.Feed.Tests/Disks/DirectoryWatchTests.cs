using Weir.Feed.Disks;
using Weir.Lab.Time;

namespace Weir.Feed.Tests.Disks;

public sealed class DirectoryWatchTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-watch-");

    [Fact]
    public async Task After_a_change_the_timer_calls_a_few_times_and_then_nothing_wakes_up()
    {
        var time = new ManualTimeProvider();
        using var called = new SemaphoreSlim(0);
        using var watch = new DirectoryWatch(_directory.FullName, () => called.Release(), time);
        Assert.Equal(1, time.ActiveTimers);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(7, called.CurrentCount);
        Assert.Equal(0, time.ActiveTimers);
        // In a directory that has just been made too.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await File.WriteAllTextAsync(Path.Combine(_directory.CreateSubdirectory("new").FullName, "tail"), "1", patience.Token);
        await time.WhenTimersAsync(1, patience.Token);
        for (int i = 0; i < 8; i++) await called.WaitAsync(patience.Token);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
