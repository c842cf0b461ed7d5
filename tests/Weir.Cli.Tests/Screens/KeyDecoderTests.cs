using System.Text;
using Weir.Cli.Screens;

namespace Weir.Cli.Tests.Screens;

public sealed class KeyDecoderTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 100)];

    [Theory]
    [InlineData("q", "q")]
    [InlineData("\e[A\e[B\e[C\e[D", "Up Down Right Left")]
    [InlineData("\eOA\eOH\eOF", "Up Home End")]
    [InlineData("\e[5~\e[6~\e[1~\e[4~\e[7~\e[8~\e[3~", "PageUp PageDown Home End Home End Delete")]
    [InlineData("\e[1;5A", "Up")]
    [InlineData("\e[[Aq", "q")]
    [InlineData("\e[15~q", "q")]
    [InlineData("\e[200~q", "q")]
    [InlineData("\eq", "Escape q")]
    [InlineData("\e\e[A", "Escape Up")]
    [InlineData("\r\n\t\x7f\b", "Enter Enter Tab Backspace Backspace")]
    [InlineData("\u0003\u000c", "^c ^l")]
    [InlineData("é漢🚀", "é 漢 🚀")]
    [InlineData("\e[\rq", "Enter q")]
    [InlineData("\e[1234567890123456789012345~q", "q")]
    public void Keys_are_the_same_however_the_bytes_are_cut(string sent, string keys)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(sent);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(keys, Decode(bytes.AsSpan(0, cut), bytes.AsSpan(cut)));
        }

        var taken = new List<Key>();
        var decoder = new KeyDecoder(taken.Add);
        foreach (byte next in bytes) decoder.Decode([next]);
        Assert.Equal(keys, string.Join(' ', taken.Select(Name)));
    }

    [Fact]
    public void A_lone_escape_is_the_escape_key_once_nothing_follows()
    {
        var keys = new List<Key>();
        var decoder = new KeyDecoder(keys.Add);
        decoder.Decode("\e"u8);
        Assert.Empty(keys);
        Assert.True(decoder.IsWithinKey);
        decoder.EndOfInput();
        Assert.Equal([new Key(KeyKind.Escape)], keys);
        Assert.False(decoder.IsWithinKey);
    }

    [Fact]
    public void Half_a_sequence_is_nothing_once_nothing_follows()
    {
        var keys = new List<Key>();
        var decoder = new KeyDecoder(keys.Add);
        decoder.Decode("\e[1"u8);
        decoder.EndOfInput();
        decoder.Decode("q"u8);
        Assert.Equal([Key.Of('q')], keys);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_dropped_and_what_follows_is_not()
    {
        Assert.Equal("q", Decode([0xFF, (byte)'q'], []));
        Assert.Equal("q", Decode([0xC3, (byte)'q'], []));
        Assert.Equal("é", Decode([0xE6, 0xC3, 0xA9], []));
        Assert.Equal("Up", Decode([0xC3, 0x1B, (byte)'[', (byte)'A'], []));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void No_input_breaks_it(int seed)
    {
        var random = new Random(seed);
        var keys = new List<Key>();
        var decoder = new KeyDecoder(keys.Add);
        byte[] likely = [0x1B, (byte)'[', (byte)'O', (byte)';', (byte)'~', (byte)'A', 0xC3, 0xA9, 0xF0];
        for (int i = 0; i < 2000; i++)
        {
            decoder.Decode([random.Next(2) == 0 ? likely[random.Next(likely.Length)] : (byte)random.Next(256)]);
            if (random.Next(50) == 0) decoder.EndOfInput();
        }

        decoder.EndOfInput();
        keys.Clear();
        decoder.Decode("q"u8);
        Assert.Equal([Key.Of('q')], keys);
    }

    private static string Decode(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var keys = new List<Key>();
        var decoder = new KeyDecoder(keys.Add);
        decoder.Decode(first);
        decoder.Decode(second);
        return string.Join(' ', keys.Select(Name));
    }

    private static string Name(Key key) => key.Kind switch
    {
        KeyKind.Character => key.Rune.ToString(),
        KeyKind.Control => $"^{key.Rune}",
        _ => key.Kind.ToString(),
    };
}
