using Weir.Health.Policies;

namespace Weir.Health.Tests.Policies;

public sealed class BucketPriorityTests
{
    private static readonly HealPolicy Policy = new()
    {
        BucketClasses = new Dictionary<string, IReadOnlyList<string>> { ["critical_buckets"] = ["pay-*", "ledger"], ["standard_buckets"] = ["*"] },
        PriorityMapping = new Dictionary<string, HealthPriority>
        {
            ["critical_buckets"] = HealthPriority.Emergency,
            ["standard_buckets"] = HealthPriority.Normal,
            ["scratch"] = HealthPriority.Low,
        },
    };

    [Theory]
    [InlineData("pay-eu", HealthPriority.Emergency)]
    [InlineData("ledger", HealthPriority.Emergency)]
    [InlineData("Ledger", HealthPriority.Normal)]
    [InlineData("other", HealthPriority.Normal)]
    [InlineData("scratch", HealthPriority.Low)]
    public void A_bucket_has_its_own_priority_or_the_highest_of_its_classes(string bucket, HealthPriority expected) => Assert.Equal(expected, Policy.PriorityOf(bucket));

    [Fact]
    public void What_nothing_maps_has_none() => Assert.Null(new HealPolicy().PriorityOf("bucket"));
}
