using System.Text;
using Weir.Feed.Consuming;

namespace Weir.Feed.Tests.Consuming;

public sealed class RecordFilterTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("type=NEW", true)]
    [InlineData("type=OLD,NEW", true)]
    [InlineData("type=OLD", false)]
    [InlineData("type!=NEW", false)]
    [InlineData("type=N*", true)]
    [InlineData("type=N?W", true)]
    [InlineData("type=N?", false)]
    [InlineData(@"type=N\*", false)]
    [InlineData("source=lustre-MDT000?", true)]
    [InlineData("subject=bucket/*", true)]
    [InlineData("subject=*gr\u00f6?e", true)]
    [InlineData("subject=*/b/*", false)]
    [InlineData("subject=b*k*t/*e", true)]
    [InlineData("uid=1000", true)]
    [InlineData("uid=100", false)]
    [InlineData("uid=7,1000 gid=100", true)]
    [InlineData("uid!=1000", false)]
    [InlineData("gid=100", true)]
    [InlineData("data.action=RESTORE", true)]
    [InlineData("data.action=\"RESTORE\"", true)]
    [InlineData("data.text=\"a, \\\"b\\\" c\"", true)]
    [InlineData("data.size=0", true)]
    [InlineData("data.size=\"0\"", false)]
    [InlineData("data.big=18446744073709551615", true)]
    [InlineData("data.big=18446744073709551614", false)]
    [InlineData("data.ratio=0.50", true)]
    [InlineData("data.done=true", true)]
    [InlineData("data.done=false", false)]
    [InlineData("data.nothing=null", true)]
    [InlineData("data.missing=null", false)]
    [InlineData("data.missing!=1", true)]
    [InlineData("data.a.b.c=deep", true)]
    [InlineData("data.a.b=deep", false)]
    [InlineData("data.c=deep", false)]
    [InlineData("data.esc=found", true)]
    [InlineData("time>=2026-01-01T00:00:00Z", true)]
    [InlineData("time>=2026-01-01T00:00:00.001Z", false)]
    [InlineData("time<2026-01-01T00:00:00Z", false)]
    [InlineData("time<2026-01-01T01:00:00.001+01:00", true)]
    [InlineData("  type=NEW \t uid=1000  ", true)]
    [InlineData("type=NEW uid=1", false)]
    public void A_filter_takes_the_records_that_it_says(string text, bool isTaken)
    {
        RecordFilter filter = RecordFilter.Parse(text);
        Assert.Equal(isTaken, Matches(filter, """{"uid":1000,"gid":"100","action":"RESTORE","text":"a, \"b\" c","size":0,"big":18446744073709551615,"ratio":0.5,"done":true,"nothing":null,"a":{"x":1,"b":{"c":"deep"}},"\u0065sc":"found"}"""));
        RecordFilter again = RecordFilter.Parse(filter.Text);
        Assert.Equal(filter.Text, again.Text);
        Assert.Equal(filter, again);
    }

    [Theory]
    [InlineData("type", "character")]
    [InlineData("type=", "value")]
    [InlineData("type=a,", "value")]
    [InlineData("type=\"a", "closed")]
    [InlineData("type=\"a\"b", "comma")]
    [InlineData("type=\"\\x\"", "JSON")]
    [InlineData("colour=red", "colour")]
    [InlineData("uid=root", "number")]
    [InlineData("uid=-1", "number")]
    [InlineData("uid>=5", "only time")]
    [InlineData("time=2026-01-01T00:00:00Z", "time")]
    [InlineData("time>=yesterday", "yesterday")]
    [InlineData("time>=2026-01-01T00:00:00", "no time")]
    [InlineData("data.=1", "member")]
    [InlineData("data.a.b.c.d.e.f.g.h.i=1", "member")]
    public void What_is_no_filter_is_refused_and_said_why(string text, string word)
    {
        Assert.False(RecordFilter.TryParse(text, out _, out string problem));
        Assert.Contains(word, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_has_limits()
    {
        Assert.False(RecordFilter.TryParse(new string(' ', RecordFilter.MaxLength + 1), out _, out _));
        Assert.False(RecordFilter.TryParse(string.Join(' ', Enumerable.Repeat("uid=1", RecordFilter.MaxTerms + 1)), out _, out _));
        Assert.False(RecordFilter.TryParse("uid=" + string.Join(',', Enumerable.Repeat("1", RecordFilter.MaxValues + 1)), out _, out _));
        Assert.True(RecordFilter.TryParse(string.Join(' ', Enumerable.Repeat("uid=1", RecordFilter.MaxTerms)), out RecordFilter? most, out _));
        Assert.Throws<ArgumentException>(() => most.And(RecordFilter.OfUser(1)));
    }

    [Theory]
    [InlineData("""{"uid":1000,"uid":0}""")]
    [InlineData("""{"uid":0,"uid":1000}""")]
    [InlineData("""{"name":"\"uid\":1000"}""")]
    [InlineData("""{"nested":{"uid":1000}}""")]
    [InlineData("""[{"uid":1000}]""")]
    [InlineData("""{"uid":[1000]}""")]
    [InlineData("""{"uid":1000""")]
    [InlineData("""{"uid":10000}""")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("uid 1000")]
    public void A_record_that_does_not_say_plainly_that_it_is_a_users_is_not_his(string data) => Assert.False(Matches(RecordFilter.OfUser(1000), data));

    [Fact]
    public void Two_filters_together_take_what_both_take()
    {
        RecordFilter both = RecordFilter.OfUser(1000).And(RecordFilter.Parse("type=NEW"));
        Assert.True(Matches(both, """{"uid":1000}"""));
        Assert.False(Matches(both, """{"uid":1}"""));
        Assert.Equal("uid=1000 type=NEW", both.Text);
        Assert.Same(both, both.And(RecordFilter.All));
    }

    [Fact]
    public void Garbage_is_parsed_or_refused_and_never_more()
    {
        var random = new Random(5);
        const string Characters = "type=uid!<>,\" \\*?.datsource0019\u00e4";
        for (int i = 0; i < 20_000; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(30)).Select(_ => Characters[random.Next(Characters.Length)])]);
            if (RecordFilter.TryParse(text, out RecordFilter? filter, out _)) Assert.Equal(filter.Text, RecordFilter.Parse(filter.Text).Text);
        }
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        RecordFilter filter = RecordFilter.Parse("type=NEW source!=x subject=bucket/* uid=1000 data.a.b.c=deep time>=2026-01-01T00:00:00Z");
        var batch = new RecordBatch();
        Add(batch, """{"uid":1000,"a":{"b":{"c":"deep"}}}""");
        bool matches = true;
        foreach (RecordView record in batch)
        {
            // The runtime itself allocates now and then while it compiles better code: the best of some rounds counts.
            long least = long.MaxValue;
            for (int round = 0; round < 10; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 1000; i++) matches &= filter.Matches(record);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }

        Assert.True(matches);
    }

    private static bool Matches(RecordFilter filter, string data)
    {
        var batch = new RecordBatch();
        Add(batch, data);
        bool matches = false;
        foreach (RecordView record in batch) matches = filter.Matches(record);
        return matches;
    }

    private static void Add(RecordBatch batch, string data) => batch.Add(
        RecordId.AtTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), "NEW"u8, "lustre-MDT0000"u8, "bucket/größe"u8, Encoding.UTF8.GetBytes(data));
}
