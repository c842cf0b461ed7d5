using Weir.Hsm.Top;

namespace Weir.Hsm.Tests.Top;

public sealed class AgeBucketsTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void They_hold_what_a_sorted_list_holds(int seed)
    {
        var random = new Random(seed);
        var notes = new SlotNotes();
        var buckets = new AgeBuckets(notes);
        var model = new Dictionary<int, uint>();
        uint now = 1000;
        int slots = random.Next(1, 400);
        for (int i = 0; i < slots; i++) notes.Reserve(i);
        for (int step = 0; step < 3000; step++)
        {
            if (random.Next(4) == 0) now++;
            int slot = random.Next(slots);
            if (model.Remove(slot, out uint minute)) buckets.Remove(slot, minute);
            if (random.Next(3) > 0)
            {
                minute = now - (uint)random.Next(random.Next(2) == 0 ? 3 : 900);
                buckets.Add(slot, minute);
                model.Add(slot, minute);
            }

            if (step % 20 != 0) continue;
            uint limit = now - (uint)random.Next(1000);
            Assert.Equal(model.Values.LongCount(value => value <= limit), buckets.CountUpTo(limit));
            var taken = new int[random.Next(1, 30)];
            int count = buckets.TakeOldest(taken);
            Assert.Equal(Math.Min(model.Count, taken.Length), count);
            Assert.Equal(count, taken.Take(count).Distinct().Count());
            Assert.Equal(model.Values.Order().Take(count), taken.Take(count).Select(at => model[at]));
        }
    }

    [Fact]
    public void Minutes_that_nobody_is_in_any_more_are_forgotten()
    {
        var notes = new SlotNotes();
        var buckets = new AgeBuckets(notes);
        notes.Reserve(2);
        buckets.Add(0, 1);
        for (uint minute = 2; minute < 10_000; minute++)
        {
            buckets.Add(1, minute);
            buckets.Remove(1, minute);
        }

        Assert.InRange(buckets.Minutes, 1, 200);
        Assert.Equal(1, buckets.CountUpTo(20_000));
    }
}
