using System.Text;

namespace Weir.Feed.Tests.Records;

public sealed class RecordBatchTests
{
    [Fact]
    public void Records_are_walked_in_the_order_in_which_they_were_added()
    {
        var batch = new RecordBatch();
        for (int i = 0; i < 100; i++) batch.Add("T"u8, "S"u8, Encoding.UTF8.GetBytes($"{i}"), Encoding.UTF8.GetBytes(new string('x', i * 13)));
        var read = new List<(string Subject, int Length)>();
        foreach (RecordView record in batch) read.Add((Encoding.UTF8.GetString(record.Subject), record.Data.Length));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => ($"{i}", i * 13)), read);
        Assert.Equal(100, batch.Count);
    }

    [Fact]
    public void Data_can_be_written_in_place()
    {
        var batch = new RecordBatch(256);
        batch.Begin("T"u8, "S"u8, "U"u8);
        for (int i = 0; i < 50; i++)
        {
            "0123456789"u8.CopyTo(batch.GetSpan(10));
            batch.Advance(10);
        }

        batch.End(new(5, 5));
        foreach (RecordView record in batch)
        {
            Assert.Equal(string.Concat(Enumerable.Repeat("0123456789", 50)), record.ToRecord().DataText);
            Assert.Equal(new RecordId(5, 5), record.Id);
        }

        Assert.True(batch.HasOwnIds);
    }

    [Fact]
    public void A_record_that_is_abandoned_leaves_no_trace()
    {
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, "1"u8);
        int size = batch.SizeBytes;
        batch.Begin("T"u8, ""u8, ""u8);
        "half"u8.CopyTo(batch.GetSpan(4));
        batch.Advance(4);
        batch.Abandon();
        Assert.Equal((1, size), (batch.Count, batch.SizeBytes));
        batch.Add("T"u8, ""u8, ""u8, "2"u8);
        Assert.Equal(2, batch.Count);
    }

    [Fact]
    public void Own_and_given_ids_do_not_mix()
    {
        var own = new RecordBatch();
        own.Add(new(1, 0), "T"u8, ""u8, ""u8, ""u8);
        Assert.Throws<ArgumentException>(() => own.Add("T"u8, ""u8, ""u8, ""u8));
        var given = new RecordBatch();
        given.Add("T"u8, ""u8, ""u8, ""u8);
        Assert.Throws<ArgumentException>(() => given.Add(new(1, 0), "T"u8, ""u8, ""u8, ""u8));
        given.Clear();
        given.Add(new(1, 0), "T"u8, ""u8, ""u8, ""u8);
        Assert.True(given.HasOwnIds);
    }

    [Fact]
    public void Members_beyond_the_limits_are_refused_and_the_batch_stays_as_it_was()
    {
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, "1"u8);
        int size = batch.SizeBytes;
        var longName = new byte[RecordLimits.MaxNameBytes + 1];
        Assert.Throws<ArgumentException>(() => batch.Add(longName, ""u8, ""u8, ""u8));
        Assert.Throws<ArgumentException>(() => batch.Add(""u8, longName, ""u8, ""u8));
        Assert.Throws<ArgumentException>(() => batch.Add(""u8, ""u8, longName, ""u8));
        Assert.Throws<ArgumentException>(() => batch.Add("T"u8, ""u8, ""u8, new byte[RecordLimits.MaxBodyBytes]));
        Assert.Equal((1, size), (batch.Count, batch.SizeBytes));
        batch.Add(longName.AsSpan(1), longName.AsSpan(1), longName.AsSpan(1), "2"u8);
        Assert.Equal(2, batch.Count);
    }

    [Fact]
    public void Filling_a_warm_batch_allocates_nothing()
    {
        var batch = new RecordBatch();
        Fill(batch);
        batch.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(batch);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Fill(RecordBatch batch)
        {
            for (int i = 0; i < 1_000; i++) batch.Add("NEW"u8, "lustre-MDT0000"u8, "0x2000057b4:0x1d648:0x0"u8, "{\"a\":1}"u8);
        }
    }
}
