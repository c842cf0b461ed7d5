using Weir.Erasure.Coding;

namespace Weir.Erasure.Tests.Coding;

public sealed class Blake2bTests
{
    [Fact]
    public void The_example_of_its_RFC_is_given()
    {
        var hash = new Blake2b();
        hash.Append("a"u8);
        hash.Append("bc"u8);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Convert.ToHexStringLower(hash.Finish()));
    }

    [Fact]
    public void MinIOs_self_test_begins_and_ends_as_known()
    {
        byte[] message = [], sum = [];
        for (int i = 0; i < 128; i++)
        {
            var hash = new Blake2b();
            hash.Append(message);
            sum = hash.Finish();
            message = [.. message, .. sum];
        }

        Assert.StartsWith("e519b7d8", Convert.ToHexStringLower(sum));
    }
}
