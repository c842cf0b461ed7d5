using Weir.Cli.Tests.Architecture;
using Weir.Cli.Tests.Verbs.Feed;

namespace Weir.Cli.Tests.Verbs;

/// <summary>The description of the HTTP interface: what the build makes, what is checked in and what the verb prints are one.</summary>
public sealed class ServeOpenApiTests : FeedFixture
{
    private const string Renew = "'dotnet build src/Weir.Cli -p:UpdateOpenApi=true' writes docs/openapi.json anew";

    [Fact]
    public async Task What_the_build_makes_is_what_is_checked_in()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string built = Path.Combine(Repository.Root, "artifacts", "bin", "Weir.Cli", configuration, "openapi.json");
        Assert.True(await File.ReadAllTextAsync(built, TestContext.Current.CancellationToken) == Repository.Read("docs/openapi.json"), Renew);
    }

    [Fact]
    public async Task What_is_printed_is_what_is_checked_in_and_nothing_is_started()
    {
        Outcome outcome = await RunAsync("serve", "--openapi", "--feed", "file:/nowhere/at/all");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.True(outcome.Out == Repository.Read("docs/openapi.json"), Renew);
    }
}
