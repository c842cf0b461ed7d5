using Weir.Server.Http;

namespace Weir.Server.Tests.Http;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9400", false, true)]
    [InlineData("localhost:9400", false, true)]
    [InlineData("[::1]:9400", false, true)]
    [InlineData("http://127.0.0.1:9400", false, true)]
    [InlineData("https://127.0.0.1:9443", true, true)]
    [InlineData("10.1.2.3:9443", true, false)]
    [InlineData("*:9443", true, false)]
    [InlineData("[::]:0", true, false)]
    public void An_address_is_read_and_beyond_loopback_it_speaks_TLS(string text, bool isTls, bool isLoopback)
    {
        var address = ListenAddress.Parse(text);
        Assert.Equal((isTls, isLoopback), (address.IsTls, address.IsLoopback));
        Assert.Equal(address, ListenAddress.Parse(address.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("9400")]
    [InlineData(":9400")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.1:9400")]
    [InlineData("::1:9400")]
    [InlineData("example.org:9400")]
    [InlineData("http://10.1.2.3:9400")]
    public void What_is_none_is_refused(string text)
    {
        Assert.False(ListenAddress.TryParse(text, out _, out string problem));
        Assert.NotEmpty(problem);
    }
}
