using Microsoft.Extensions.Logging.Abstractions;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Following;
using Weir.Feed.Log;
using Weir.Lab.Changelogs;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Following;

public sealed class FollowerGroupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_ends_one_follower_does_not_stop_the_others()
    {
        var lab = new Laboratory();
        var other = new SimulatedChangelog("lab-MDT0001", lab.Clock) { Mask = ChangelogMask.All };
        string otherUser = other.Register();
        new SimulatedNamespace(new NamespaceOptions { Seed = 2 }, other, lab.Clock.GetUtcNow()).Run(500);
        lab.Namespace.Run(500);
        lab.Changelog.Deregister(lab.User);
        await using LogEngine feed = lab.OpenFeed();
        Follower[] followers =
        [
            lab.Follow(feed),
            new(new FollowerOptions { User = otherUser, Time = lab.Clock }, other, feed, NullLogger.Instance),
        ];
        var told = new List<FollowerFailure>();
        IReadOnlyList<FollowerFailure> failures = await FollowerGroup.RunAsync(followers, once: true, told.Add, Cancellation);
        FollowerFailure failure = Assert.Single(failures);
        Assert.Equal(told, failures);
        Assert.Equal(Laboratory.Mdt, failure.Follower.Mdt);
        Assert.IsType<ChangelogUserGoneException>(failure.Reason);
        Assert.Equal(other.CurrentIndex, followers[1].Counts.LastIndex);
        Assert.Equal((long)other.CurrentIndex, (await Laboratory.ReadAllAsync(feed, topic: "lustre:changelog:lab-MDT0001")).Count);
    }

    [Fact]
    public async Task Cancelling_ends_all_of_them()
    {
        var lab = new Laboratory();
        lab.Namespace.Run(100);
        await using LogEngine feed = lab.OpenFeed();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<IReadOnlyList<FollowerFailure>> running = FollowerGroup.RunAsync([lab.Follow(feed)], once: false, _ => Assert.Fail("nothing fails"), stop.Token);
        while (lab.Changelog.ReadUsers()!.Find(lab.User)!.Index < lab.Changelog.CurrentIndex) await Task.Yield();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
