using System.Text;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>Names of several drives, in order and in bounded memory.</summary>
public sealed class NameWindowTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Window_after_window_gives_every_name_once_in_order_with_its_drives(int seed)
    {
        var random = new Random(seed);
        var names = new SortedDictionary<string, ushort>(StringComparer.Ordinal);
        for (int i = 0; i < 5000; i++) names[$"{random.Next(20_000):x}{new string('n', random.Next(30))}"] = (ushort)random.Next(1, 8);
        var seen = new List<(string, ushort)>();
        byte[]? after = null;
        int windows = 0;
        do
        {
            var window = new NameWindow(700, after);
            for (int drive = 0; drive < 3; drive++)
            {
                string[] listing = [.. names.Where(name => (name.Value >> drive & 1) != 0).Select(name => name.Key)];
                random.Shuffle(listing);
                foreach (string name in listing) window.Add(Encoding.UTF8.GetBytes(name), drive);
            }

            window.Close();
            Assert.InRange(window.Count, 1, 700);
            for (int i = 0; i < window.Count; i++) seen.Add((Encoding.UTF8.GetString(window.Name(i)), window.Drives(i)));
            after = window.IsTruncated ? window.Last() : null;
            windows++;
        }
        while (after is not null);
        Assert.True(windows > 5);
        Assert.Equal(names.Select(name => (name.Key, name.Value)), seen);
    }

    [Fact]
    public void What_comes_after_the_end_is_not_taken()
    {
        var window = new NameWindow(10, null);
        window.Add("a"u8, 0);
        window.NoteFailure(2);
        window.Close();
        window.Add("b"u8, 1);
        window.NoteFailure(1);
        Assert.Equal((1, (ushort)0b101), (window.Count, window.Drives(0)));
    }

    [Theory]
    [InlineData("a", "a/b", -1)]
    [InlineData("a/b", "a-b", -1)]
    [InlineData("a/z", "b", -1)]
    [InlineData("a", "a", 0)]
    [InlineData("\uffee", "\U0001F600", -1)]
    public void The_order_is_by_components(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(WalkRules.Compare(left, right)));
        Assert.Equal(-order, Math.Sign(WalkRules.Compare(right, left)));
    }
}
