using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Tests.LoopDevices;
using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Tests.Topology;

/// <summary>With devices of the kernel; as root.</summary>
public sealed class LiveTopologyTests
{
    [Fact]
    public async Task A_device_that_comes_and_goes_is_heard_of_and_remembered()
    {
        LoopDevice.SkipUnlessPossible();
        var tracker = new TopologyTracker(SystemRoot.Live);
        using var changed = new SemaphoreSlim(0);
        tracker.Changed += () => changed.Release();
        using var listener = new UeventListener(tracker, NullLogger.Instance);
        string name, file;
        using (LoopDevice loop = LoopDevice.Create(8 * 1024 * 1024))
        {
            (name, file) = (loop.Name, loop.File);
            await Until(() => tracker.Resolve(name, "", null).Name == name && tracker.Current.FindName(name)?.BackingFile == file);
            Assert.Equal(name, tracker.Resolve(file, "", null).Name);
        }

        await Until(() => tracker.Current.FindName(name)?.BackingFile != file);
        ResolvedDevice gone = tracker.Resolve(file, "", null);
        Assert.True(gone.HasVanished);
        Assert.Equal($"/dev/{name}", gone.Device.Path);

        async Task Until(Func<bool> condition)
        {
            var patience = Stopwatch.StartNew();
            while (!condition())
            {
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "nothing was heard of the device");
                await changed.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            }
        }
    }
}
