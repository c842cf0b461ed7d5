using System.Globalization;
using System.Text;

namespace Weir.Feed.Tests.Contract;

public abstract partial class FeedEngineContract
{
    [Fact]
    public async Task A_document_is_what_was_written_last_and_is_there_when_the_feed_is_opened_again()
    {
        Assert.Null(await Engine.Documents.ReadAsync("c", "a", Cancellation));
        Assert.True(await Engine.Documents.TryWriteAsync("c", "a", Bytes("1"), null, Cancellation));
        FeedDocument first = (await Engine.Documents.ReadAsync("c", "a", Cancellation))!;
        Assert.True(await Engine.Documents.TryWriteAsync("c", "a", Bytes("2 €\0"), first, Cancellation));

        await ReopenAsync();
        FeedDocument second = (await Engine.Documents.ReadAsync("c", "a", Cancellation))!;
        Assert.Equal(("a", "2 €\0", false), (second.Name, Text(second), second.IsDamaged));
        Assert.Null(await Engine.Documents.ReadAsync("d", "a", Cancellation));
        Assert.Empty(await Engine.ListTopicsAsync("", Cancellation));
    }

    [Fact]
    public async Task A_document_is_replaced_and_removed_only_by_who_knows_it()
    {
        Assert.True(await Engine.Documents.TryWriteAsync("c", "a", Bytes("1"), null, Cancellation));
        FeedDocument first = (await Engine.Documents.ReadAsync("c", "a", Cancellation))!;
        Assert.False(await Engine.Documents.TryWriteAsync("c", "a", Bytes("2"), null, Cancellation));
        Assert.False(await Engine.Documents.TryWriteAsync("c", "b", Bytes("2"), first, Cancellation));
        Assert.True(await Engine.Documents.TryWriteAsync("c", "a", Bytes("2"), first, Cancellation));
        Assert.False(await Engine.Documents.TryWriteAsync("c", "a", Bytes("3"), first, Cancellation));
        Assert.False(await Engine.Documents.TryDeleteAsync("c", first, Cancellation));

        FeedDocument second = (await Engine.Documents.ReadAsync("c", "a", Cancellation))!;
        Assert.Equal("2", Text(second));
        Assert.True(await Engine.Documents.TryDeleteAsync("c", second, Cancellation));
        Assert.False(await Engine.Documents.TryDeleteAsync("c", second, Cancellation));
        Assert.Null(await Engine.Documents.ReadAsync("c", "a", Cancellation));
        Assert.True(await Engine.Documents.TryWriteAsync("c", "a", Bytes("4"), null, Cancellation));
    }

    [Fact]
    public async Task Documents_are_listed_by_collection_in_ordinal_order_with_odd_names_too()
    {
        Assert.Empty(await Engine.Documents.ListAsync("c", Cancellation));
        string[] names = ["b", "a/b", "..", "B", "größe", "a", "%lock", "%41"];
        foreach (string name in names) Assert.True(await Engine.Documents.TryWriteAsync("c", name, Bytes(name), null, Cancellation));
        Assert.True(await Engine.Documents.TryWriteAsync("d", "x", Bytes("x"), null, Cancellation));
        Assert.Equal(
            names.Order(StringComparer.Ordinal).Select(name => (name, name)), (await Engine.Documents.ListAsync("c", Cancellation)).Select(d => (d.Name, Text(d))));
    }

    [Fact]
    public async Task An_empty_document_and_the_largest_are_kept_and_a_larger_is_refused()
    {
        var largest = new byte[FeedDocument.MaxBytes];
        new Random(1).NextBytes(largest);
        Assert.True(await Engine.Documents.TryWriteAsync("c", "empty", ReadOnlyMemory<byte>.Empty, null, Cancellation));
        Assert.True(await Engine.Documents.TryWriteAsync("c", "largest", largest, null, Cancellation));
        Assert.Equal(0, (await Engine.Documents.ReadAsync("c", "empty", Cancellation))!.Content.Length);
        Assert.True((await Engine.Documents.ReadAsync("c", "largest", Cancellation))!.Content.Span.SequenceEqual(largest));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Engine.Documents.TryWriteAsync("c", "larger", new byte[FeedDocument.MaxBytes + 1], null, Cancellation));
    }

    [Fact]
    public async Task Of_many_who_replace_a_document_at_once_each_builds_on_the_one_before()
    {
        const int Writers = 4, Steps = 8;
        Assert.True(await Engine.Documents.TryWriteAsync("c", "count", Bytes("0"), null, Cancellation));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(
            async () =>
            {
                IFeedEngine engine = Open();
                for (int done = 0; done < Steps;)
                {
                    FeedDocument there = (await engine.Documents.ReadAsync("c", "count", Cancellation))!;
                    int next = int.Parse(Text(there), CultureInfo.InvariantCulture) + 1;
                    if (await engine.Documents.TryWriteAsync("c", "count", Bytes($"{next}"), there, Cancellation)) done++;
                }
            },
            Cancellation)));
        Assert.Equal($"{Writers * Steps}", Text((await Engine.Documents.ReadAsync("c", "count", Cancellation))!));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(FeedDocument document) => Encoding.UTF8.GetString(document.Content.Span);
}
