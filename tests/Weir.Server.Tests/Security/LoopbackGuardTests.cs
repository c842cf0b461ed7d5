using Weir.Server.Security;

namespace Weir.Server.Tests.Security;

public sealed class LoopbackGuardTests
{
    private readonly LoopbackGuard _guard = new(["weir.example.org"]);

    [Theory]
    [InlineData("localhost", "localhost:9400", null)]
    [InlineData("127.0.0.1", "127.0.0.1:9400", null)]
    [InlineData("[::1]", "[::1]:9400", null)]
    [InlineData("127.8.9.1", "127.8.9.1", "")]
    [InlineData("WEIR.example.org", "WEIR.example.org", null)]
    [InlineData("localhost.", "localhost.:9400", null)]
    [InlineData("localhost", "localhost:9400", "http://localhost:9400")]
    public void Who_asks_for_this_machine_passes(string host, string hostAndPort, string? origin) => Assert.Null(_guard.Check(host, hostAndPort, origin));

    [Theory]
    [InlineData("evil.example", "evil.example:9400", null)]
    [InlineData("127.0.0.1.evil.example", "127.0.0.1.evil.example:9400", null)]
    [InlineData("", "", null)]
    [InlineData("10.0.0.1", "10.0.0.1:9400", null)]
    [InlineData("localhost", "localhost:9400", "http://evil.example")]
    [InlineData("localhost", "localhost:9400", "null")]
    [InlineData("localhost", "localhost:9400", "http://localhost:8080")]
    [InlineData("localhost", "localhost:9400", "file://localhost:9400")]
    public void A_page_of_a_stranger_does_not(string host, string hostAndPort, string? origin) => Assert.NotNull(_guard.Check(host, hostAndPort, origin));
}
