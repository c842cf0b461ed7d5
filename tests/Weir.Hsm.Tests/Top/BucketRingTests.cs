using Weir.Hsm.Top;

namespace Weir.Hsm.Tests.Top;

public sealed class BucketRingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    public void It_holds_the_last_stretches_and_nothing_else(int length)
    {
        var random = new Random(length);
        var ring = new BucketRing(length);
        var model = new Dictionary<long, int>();
        long newest = 0;
        for (int step = 0; step < 2000; step++)
        {
            long bucket = Math.Max(0, newest + random.Next(-length - 2, random.Next(20) == 0 ? 3 * length : 2));
            newest = Math.Max(newest, bucket);
            int amount = random.Next(-3, 4);
            ring.Add(bucket, amount);
            model[bucket] = model.GetValueOrDefault(bucket) + amount;
            foreach (long passed in model.Keys.Where(key => key <= newest - length).ToList()) model.Remove(passed);
            long from = Math.Max(0, newest - random.Next(2 * length));
            long to = from + random.Next(2 * length);
            Assert.Equal(model.Where(entry => entry.Key >= from && entry.Key <= to).Sum(entry => entry.Value), ring.Sum(from, to));
            Assert.Equal(model.GetValueOrDefault(from), ring[from]);
            Assert.Equal(model.All(entry => entry.Key < from || entry.Value == 0), ring.IsQuiet(from));
        }
    }
}
