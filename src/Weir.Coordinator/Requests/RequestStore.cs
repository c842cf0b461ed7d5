using System.Numerics;
using Weir.Lustre;

namespace Weir.Coordinator.Requests;

/// <summary>
/// All requests, in chunks that are never moved, found by key. A slot's number names its request while it lives, in memory and in the
/// journal; it is used again later.
/// </summary>
internal sealed class RequestStore
{
    public const int None = -1;

    private const int ChunkBits = 13;
    private const int ChunkSlots = 1 << ChunkBits;
    private const int FirstBuckets = 1 << 14;

    private readonly List<RequestSlot[]> _chunks = [];
    private readonly DataPool _data = new();
    private int[] _buckets = NewBuckets(FirstBuckets);
    private int _free = None;

    /// <summary>Requests that live.</summary>
    public int Count { get; private set; }

    /// <summary>Every slot that was ever used is below this.</summary>
    public int End { get; private set; }

    public ref RequestSlot this[int slot] => ref _chunks[slot >> ChunkBits][slot & (ChunkSlots - 1)];

    /// <summary>Whether the slot holds a request.</summary>
    public bool IsUsed(int slot) => (uint)slot < (uint)End && this[slot].State != RequestState.None;

    /// <summary>The request of that key; <see cref="None"/> when there is none.</summary>
    public int Find(in RequestKey key)
    {
        for (int slot = _buckets[Bucket(key)]; slot >= 0; slot = this[slot].HashNext)
        {
            ref RequestSlot request = ref this[slot];
            if (request.Cookie == key.Cookie && request.DataFid == key.DataFid) return slot;
        }

        return None;
    }

    /// <summary>
    /// What an agent means by a cookie of which only the low 32 bits came through, as the original's client sends it: the oldest
    /// request that runs at that agent and agrees in those and the data fid.
    /// </summary>
    public int FindTruncated(in RequestKey key, int agent)
    {
        int found = None;
        for (int slot = _buckets[Bucket(key)]; slot >= 0; slot = this[slot].HashNext)
        {
            ref RequestSlot request = ref this[slot];
            if ((uint)request.Cookie != (uint)key.Cookie || request.DataFid != key.DataFid) continue;
            if (request.State != RequestState.Running || request.Agent != agent) continue;
            if (found == None || request.SinceMs < this[found].SinceMs) found = slot;
        }

        return found;
    }

    /// <summary>Puts a request in a free slot, without state and place.</summary>
    public int Add(in HsmRequest request)
    {
        int slot = _free;
        if (slot != None) _free = this[slot].Next;
        else slot = Extend();
        Fill(slot, request);
        return slot;
    }

    /// <summary>Puts a request in a certain slot, as the journal says; what was there is gone. <see cref="CollectFree"/> ends such work.</summary>
    public void AddAt(int slot, in HsmRequest request)
    {
        while (End <= slot) Extend();
        if (this[slot].State != RequestState.None) Remove(slot);
        Fill(slot, request);
    }

    /// <summary>Forgets a request, which must be in no list.</summary>
    public void Remove(int slot)
    {
        ref RequestSlot request = ref this[slot];
        ref int at = ref _buckets[Bucket(request.Key)];
        while (at != slot) at = ref this[at].HashNext;
        at = request.HashNext;
        request = default;
        request.Next = _free;
        _free = slot;
        Count--;
    }

    /// <summary>Links every slot without a request into the list of free ones, low ones first.</summary>
    public void CollectFree()
    {
        _free = None;
        for (int slot = End - 1; slot >= 0; slot--)
        {
            ref RequestSlot request = ref this[slot];
            if (request.State != RequestState.None) continue;
            request.Next = _free;
            _free = slot;
        }
    }

    private void Fill(int slot, in HsmRequest request)
    {
        if (Count >= _buckets.Length / 2) Grow();
        ref int bucket = ref _buckets[Bucket(request.Key)];
        this[slot] = new()
        {
            DataFid = request.DataFid,
            Fid = request.Fid,
            Cookie = request.Cookie,
            ExtentOffset = request.ExtentOffset,
            ExtentLength = request.ExtentLength,
            GroupId = request.GroupId,
            Flags = request.Flags,
            TimestampNs = request.TimestampNs,
            Data = _data.Keep(request.Data.Span),
            Owner = request.Owner,
            ArchiveId = request.ArchiveId,
            HashNext = bucket,
            Prev = None,
            Next = None,
            Action = request.Action,
            State = RequestState.Queued,
        };
        bucket = slot;
        Count++;
    }

    private int Extend()
    {
        if (End == _chunks.Count << ChunkBits) _chunks.Add(new RequestSlot[ChunkSlots]);
        return End++;
    }

    private void Grow()
    {
        _buckets = NewBuckets(_buckets.Length * 2);
        for (int slot = 0; slot < End; slot++)
        {
            ref RequestSlot request = ref this[slot];
            if (request.State == RequestState.None) continue;
            ref int bucket = ref _buckets[Bucket(request.Key)];
            request.HashNext = bucket;
            bucket = slot;
        }
    }

    /// <summary>Only the cookie's low half counts, so that a truncated one lands where the whole one does.</summary>
    private int Bucket(in RequestKey key)
    {
        Fid fid = key.DataFid;
        ulong hash = (fid.Sequence * 0x9E37_79B9_7F4A_7C15) ^ (((ulong)fid.ObjectId << 32) | (uint)key.Cookie);
        hash = (hash ^ (hash >> 29)) * 0xBF58_476D_1CE4_E5B9;
        return (int)(BitOperations.RotateLeft(hash, 31) & (ulong)(_buckets.Length - 1));
    }

    private static int[] NewBuckets(int count)
    {
        var buckets = new int[count];
        buckets.AsSpan().Fill(None);
        return buckets;
    }
}
