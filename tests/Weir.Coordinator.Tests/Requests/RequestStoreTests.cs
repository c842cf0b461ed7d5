using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Requests;

public sealed class RequestStoreTests
{
    /// <summary>Against a dictionary: any order of adding, finding and removing, with keys that share a bucket.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_finds_what_a_dictionary_finds(int seed)
    {
        var random = new Random(seed);
        var store = new RequestStore();
        var known = new Dictionary<RequestKey, int>();
        for (int step = 0; step < 100_000; step++)
        {
            // Cookies that agree in the low half fall into one bucket.
            var key = new RequestKey(((ulong)random.Next(4) << 32) | (uint)random.Next(20_000), new(0x200000401, (uint)random.Next(2), 0));
            Assert.Equal(known.TryGetValue(key, out int slot) ? slot : RequestStore.None, store.Find(key));
            if (known.Remove(key)) store.Remove(slot);
            else if (random.Next(3) > 0) known.Add(key, store.Add(Make(key)));
        }

        Assert.Equal(known.Count, store.Count);
        Assert.All(known, entry => Assert.Equal(entry.Key, store[entry.Value].Key));
        Assert.True(store.End <= known.Count * 2);
    }

    [Fact]
    public void Equal_data_is_kept_once()
    {
        var store = new RequestStore();
        int first = store.Add(Make(new(1, default), [1, 2, 3]));
        int second = store.Add(Make(new(2, default), [1, 2, 3]));
        Assert.Same(store[first].Data, store[second].Data);
    }

    private static HsmRequest Make(RequestKey key, byte[]? data = null) => new()
    {
        Action = HsmAction.Archive,
        Fid = key.DataFid,
        DataFid = key.DataFid,
        Cookie = key.Cookie,
        ArchiveId = 1,
        Data = data,
    };
}
